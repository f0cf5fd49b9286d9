/**
 * Many clients at once, each asking again as soon as it has its answer. The clock runs from when all are connected: libuv accepts
 * one connection in each turn of its loop, so of 50 that come at once to a server of nothing but 4 ms of work some wait for 2 s.
 */
import { systemClock as clock } from '../../edge/src/base/clock.ts';
import type { ApiClient } from '../system/api-client.ts';
import { percentile } from './figures.ts';

export interface LoadFigures {
  perSecond: number;
  p99Ms: number;
}

export interface LoadOptions {
  clients: number;
  seconds: number;
  signal: AbortSignal;
}

/** Throws where an answer is no success. */
export async function measureRequests(
  api: ApiClient,
  path: string,
  { clients, seconds, signal }: LoadOptions,
): Promise<LoadFigures> {
  const ask = async (): Promise<void> => {
    signal.throwIfAborted();
    const answer = await api.fetch(path);
    await answer.arrayBuffer();
    if (!answer.ok) throw new Error(`${path} answered ${String(answer.status)}`);
  };
  await Promise.all(Array.from({ length: clients }, ask));
  const tookMs: number[] = [];
  const beganMs = clock.monotonicMs();
  const endMs = beganMs + seconds * 1000;
  const run = async (): Promise<void> => {
    for (let nowMs = clock.monotonicMs(); nowMs < endMs; nowMs = clock.monotonicMs()) {
      await ask();
      tookMs.push(clock.monotonicMs() - nowMs);
    }
  };
  await Promise.all(Array.from({ length: clients }, run));
  return {
    perSecond: tookMs.length / ((clock.monotonicMs() - beganMs) / 1000),
    p99Ms: percentile(tookMs, 99),
  };
}
