/**
 * Sends events from the outbox in order, one at a time, anew on each connection. An event leaves the disk only when
 * the portal says that it has stored it; the broker's acknowledgement only paces.
 */
import { EdgeEvent } from '@padelvar/shared/link';
import type { Outbox } from '../store/outbox.ts';

export type SendEvent = (event: EdgeEvent) => Promise<void>;
export type NewEvent = Omit<EdgeEvent, 'v' | 'seq'>;

export interface EventPump {
  add(event: NewEvent): void;
  /** From now on events go this way, beginning with the oldest; undefined while there is none. */
  use(send: SendEvent | undefined): void;
  /** The portal has stored all events up to this one. */
  confirm: (last: { epoch: number; seq: number }) => void;
}

const BATCH = 20;
/** What the outbox holds: the number is the row's own. */
const StoredEvent = EdgeEvent.omit({ seq: true });

export function createEventPump(outbox: Outbox): EventPump {
  let way: SendEvent | undefined;
  let sending: SendEvent | undefined;
  /** On the present way. */
  let sentSeq = 0;

  const pump = async (send: SendEvent): Promise<void> => {
    sending = send;
    try {
      for (let [entry] = outbox.list(sentSeq, 1); entry !== undefined; [entry] = outbox.list(sentSeq, 1)) {
        const stored = StoredEvent.safeParse(JSON.parse(entry.body)).data;
        if (stored === undefined) outbox.remove(entry.seq);
        else await send({ ...stored, seq: entry.seq });
        if (way !== send) return;
        sentSeq = entry.seq;
      }
    } catch {
      // The connection has ended: the next one begins with the oldest event that is still on disk.
    } finally {
      if (sending === send) sending = undefined;
    }
  };
  const run = (): void => {
    if (way !== undefined && sending !== way) void pump(way);
  };
  return {
    add(event) {
      outbox.add(JSON.stringify({ ...event, v: 1 }));
      run();
    },
    use(send) {
      way = send;
      sentSeq = 0;
      run();
    },
    confirm(last) {
      for (const { seq, body } of outbox.list(0, BATCH)) {
        const { epoch } = StoredEvent.parse(JSON.parse(body));
        if (epoch > last.epoch || (epoch === last.epoch && seq > last.seq)) return;
        outbox.remove(seq);
      }
    },
  };
}
