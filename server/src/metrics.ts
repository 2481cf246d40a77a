/** What GET /metrics says: gauges and counters in Prometheus' text format, each named here and nowhere else. */
import type { WorkerPool } from './sfu/worker-pool.ts';
import type { SidecarPool } from './tap/sidecar-pool.ts';
import type { SidecarCounters } from './tap/tap-messages.ts';
import type { Taps } from './tap/taps.ts';

export interface MetricSources {
  readonly rooms: number;
  readonly participants: number;
  readonly workers: Pick<WorkerPool, 'pids'>;
  readonly sidecars: Pick<SidecarPool, 'alive' | 'counters'>;
  readonly taps: Pick<Taps, 'counts'>;
}

type MetricType = 'gauge' | 'counter';

/** Names of what sidecars count, as they said last. */
const SIDECAR_METRICS: { readonly [Name in keyof SidecarCounters]: readonly [name: string, type: MetricType] } = {
  packetsReceived: ['timbre_sidecar_packets_received_total', 'counter'],
  packetsMalformed: ['timbre_sidecar_packets_malformed_total', 'counter'],
  packetsUnknownSsrc: ['timbre_sidecar_packets_unknown_ssrc_total', 'counter'],
  packetsLate: ['timbre_sidecar_packets_late_total', 'counter'],
  packetsLost: ['timbre_sidecar_packets_lost_total', 'counter'],
  inferences: ['timbre_sidecar_inferences_total', 'counter'],
  inferencesDropped: ['timbre_sidecar_inferences_dropped_total', 'counter'],
  tapsOpen: ['timbre_sidecar_taps_open', 'gauge'],
};

export function formatMetrics(sources: MetricSources): string {
  const { rooms, participants, workers, sidecars, taps } = sources;
  const { opened, closed, failed, open } = taps.counts;
  const own: [name: string, type: MetricType, value: number][] = [
    ['timbre_rooms', 'gauge', rooms],
    ['timbre_participants', 'gauge', participants],
    ['timbre_workers_alive', 'gauge', workers.pids.length],
    ['timbre_sidecars_alive', 'gauge', sidecars.alive],
    ['timbre_taps_open', 'gauge', open],
    ['timbre_taps_opened_total', 'counter', opened],
    ['timbre_taps_closed_total', 'counter', closed],
    ['timbre_taps_failed_total', 'counter', failed],
  ];
  const lines = own.flatMap(([name, type, value]) => [`# TYPE ${name} ${type}`, `${name} ${value}`]);
  for (const key of Object.keys(SIDECAR_METRICS) as (keyof SidecarCounters)[]) {
    const [name, type] = SIDECAR_METRICS[key];
    if (sidecars.counters.size > 0) lines.push(`# TYPE ${name} ${type}`);
    for (const [url, counters] of sidecars.counters) lines.push(`${name}{sidecar="${url}"} ${counters[key]}`);
  }
  return `${lines.join('\n')}\n`;
}
