/** The call: how long until a face is seen, stage by stage, and what a caller costs with and without a tap. */
import type { BenchReport } from './bench.ts';
import { measureCost } from './call-cost.ts';
import { measureFirstFaces, type Stages } from './first-face.ts';
import { percentile } from './percentile.ts';

const ROUNDS = 10;
const STAGES = ['listening', 'pauses', 'encoder', 'signalling', 'decodeAndShow', 'total', 'withoutPauses'] as const;

/** `npm run bench call [-- --json]` */
export async function bench(): Promise<BenchReport> {
  const faces = await measureFirstFaces(ROUNDS);
  const cost = await measureCost();
  const column = (stage: keyof Stages) => faces.map((face) => face[stage]);
  const spread = (stage: keyof Stages) => ({
    p50: Math.round(percentile(column(stage), 0.5)),
    p95: Math.round(percentile(column(stage), 0.95)),
  });
  const stages = Object.fromEntries(STAGES.map((stage) => [stage, spread(stage)]));
  return {
    title: `First voiced packet to a settled face on the other page, ${faces.length} faces; CPU of one caller on the server`,
    rows: [
      ...STAGES.map((stage) => ({ what: `${stage}, ms`, ...spread(stage) })),
      { what: 'CPU untapped, % of a core', p50: cost.untapped.total, p95: '' },
      { what: 'CPU tapped, % of a core', p50: cost.tapped.total, p95: '' },
    ],
    figures: {
      firstFaceMs: { ...spread('total'), stages },
      // Per cent of a core, of all server processes together.
      cpu: { tapped: cost.tapped.total, untapped: cost.untapped.total, byProcess: cost },
      faces: faces.length,
    },
  };
}
