import { describe, expect, it } from 'vitest';
import { chooseExecutionProvider } from '../../../server/src/inference/execution-providers.ts';
import { createLog } from '../../../server/src/log.ts';

describe('the execution provider', () => {
  const choose = (providers: readonly string[], usable: readonly string[]) => {
    const lines: string[] = [];
    const log = createLog('test', { write: (line) => lines.push(line.slice(13)) });
    const load = async (name: string) => {
      if (!usable.includes(name)) throw new Error(`${name} is\nnot here`);
      return `loaded on ${name}`;
    };
    return { chosen: chooseExecutionProvider(providers, load, log), lines };
  };

  it('is the first that loads and runs; each failure is one log line', async () => {
    const { chosen, lines } = choose(['cuda', 'webgpu', 'cpu'], ['cpu']);
    expect(await chosen).toEqual({ name: 'cpu', loaded: 'loaded on cpu' });
    expect(lines).toEqual([
      'info  test: execution provider not usable provider=cuda reason="cuda is not here"',
      'info  test: execution provider not usable provider=webgpu reason="webgpu is not here"',
      'info  test: execution provider chosen provider=cpu',
    ]);
  });

  it('is not looked for further once one works', async () => {
    expect((await choose(['cuda', 'cpu'], ['cuda', 'cpu']).chosen).name).toBe('cuda');
  });

  it('is an error when none works, with the last cause', async () => {
    await expect(choose(['cuda'], []).chosen).rejects.toMatchObject({
      reason: 'no-execution-provider',
      cause: expect.objectContaining({ message: 'cuda is\nnot here' }),
    });
  });
});
