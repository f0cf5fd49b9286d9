import { GOLDEN } from '@padelvar/shared/golden/link-messages';
import { Command, Desired, EdgeEvent, Presence, Reply, Reported, Telemetry } from '@padelvar/shared/link';
import { expect, it } from 'vitest';

it.each([
  ['desired', Desired, GOLDEN.desired],
  ['command', Command, GOLDEN.command],
  ['question for logs', Command, GOLDEN.commandLogs],
  ['restart', Command, GOLDEN.commandRestart],
  ['question how it is', Command, GOLDEN.commandDiagnostics],
])('the device understands the golden %s', (_name, schema, text) => {
  const parsed = schema.parse(JSON.parse(text));
  expect(JSON.parse(text)).toMatchObject(JSON.parse(JSON.stringify(parsed)) as object);
});

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
])('the golden %s is what the device sends, member by member', (_name, schema, text) => {
  expect(JSON.stringify(schema.parse(JSON.parse(text)))).toBe(text);
});

it('the device understands that a court is to be kept warm', () => {
  expect(Desired.parse(JSON.parse(GOLDEN.desiredWarm)).courts).toMatchObject([{ warm: true }]);
});

it('the device understands that a court’s live picture is to be there almost at once', () => {
  expect(Desired.parse(JSON.parse(GOLDEN.desiredLowDelay)).courts).toMatchObject([{ lowDelay: true }]);
});

it('a member of a later version is ignored', () => {
  expect(Desired.parse(JSON.parse(GOLDEN.desired))).not.toHaveProperty('aMemberOfALaterVersion');
});
