import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CURRENT_NOTICE } from '@padelvar/shared/notice-version';
import { findNotice } from '@padelvar/shared/recording-notice';
import { expect, it } from 'vitest';

const MESSAGES = join(import.meta.dirname, '../../../../messages');

it.each(['en', 'fr', 'es'])('what pages show in %s is the text of the version that is kept', (language) => {
  const texts = JSON.parse(readFileSync(join(MESSAGES, `${language}.json`), 'utf8')) as Record<
    string,
    string
  >;
  expect(texts.door_notice).toBe(findNotice(CURRENT_NOTICE, language));
});
