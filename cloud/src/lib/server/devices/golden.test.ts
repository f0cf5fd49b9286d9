import { GOLDEN } from '@padelvar/shared/golden/link-messages';
import { Command, Desired, EdgeEvent, Presence, Reply, Reported, Telemetry } from '@padelvar/shared/link';
import { expect, it } from 'vitest';

it.each([
  ['reported', Reported, GOLDEN.reported],
  ['report of a second movie', Reported, GOLDEN.reportedFurther],
  ['report of pictures that show no match', Reported, GOLDEN.reportedPicture],
  ['presence', Presence, GOLDEN.presence],
  ['will', Presence, GOLDEN.will],
  ['reply', Reply, GOLDEN.reply],
  ['logs', Reply, GOLDEN.replyLogs],
  ['answer to a restart', Reply, GOLDEN.replyRestart],
  ['diagnostics', Reply, GOLDEN.replyDiagnostics],
  ['event', EdgeEvent, GOLDEN.event],
  ['telemetry', Telemetry, GOLDEN.telemetry],
])('the portal understands the golden %s', (_name, schema, text) => {
  expect(JSON.stringify(schema.parse(JSON.parse(text)))).toBe(text);
});

it.each([
  ['command', GOLDEN.command],
  ['question for logs', GOLDEN.commandLogs],
  ['restart', GOLDEN.commandRestart],
  ['question how it is', GOLDEN.commandDiagnostics],
])('the golden %s is what the portal sends, member by member', (_name, text) => {
  expect(JSON.stringify(Command.parse(JSON.parse(text)))).toBe(text);
});

it('the golden document is what the portal sends, but for what a later version adds', () => {
  const { aMemberOfALaterVersion, ...known } = JSON.parse(GOLDEN.desired) as Record<string, unknown>;
  expect(aMemberOfALaterVersion).toBe(true);
  expect(Desired.parse(JSON.parse(GOLDEN.desired))).toEqual(known);
});
