/** All migrations, by name and in order: a static list, since the built portal has no folder to look into. */
import type { Migration } from 'kysely/migration';
import { createAccounts } from './migrations/001-accounts.ts';
import { createClubs } from './migrations/002-clubs.ts';
import { createSessions } from './migrations/003-sessions.ts';
import { createDeviceEvents } from './migrations/004-device-events.ts';
import { createDeletions } from './migrations/005-deletions.ts';
import { createRecorderFacts } from './migrations/006-recorder-facts.ts';
import { createGuests } from './migrations/007-guests.ts';
import { createShares } from './migrations/008-shares.ts';
import { createLibrary } from './migrations/009-library.ts';
import { createStorage } from './migrations/010-storage.ts';
import { createAdministration } from './migrations/011-administration.ts';
import { createClubWatch } from './migrations/012-club-watch.ts';
import { createSchedules } from './migrations/013-schedules.ts';
import { createClips } from './migrations/018-clips.ts';
import { createPrivacy } from './migrations/020-privacy.ts';
import { createPortalSettings } from './migrations/021-portal-settings.ts';
import { createMail } from './migrations/015-mail.ts';
import { createOwnAccount } from './migrations/016-own-account.ts';
import { createImpersonation } from './migrations/017-impersonation.ts';
import { createFirstPayload } from './migrations/023-first-payload.ts';
import { createFurtherMovies } from './migrations/025-further-movies.ts';
import { createKeptClips } from './migrations/026-kept-clips.ts';
import { addToldMovies } from './migrations/027-told-movies.ts';
import { createClubLogo } from './migrations/030-club-logo.ts';
import { createLowDelay } from './migrations/031-low-delay.ts';
import { addPictureTrouble } from './migrations/033-picture-trouble.ts';
import { addRequestAnswers } from './migrations/034-answered-requests.ts';
import { addMissingVideos } from './migrations/035-missing-videos.ts';

export const MIGRATIONS: Record<string, Migration> = {
  '001-accounts': { up: createAccounts },
  '002-clubs': { up: createClubs },
  '003-sessions': { up: createSessions },
  '004-device-events': { up: createDeviceEvents },
  '005-deletions': { up: createDeletions },
  '006-recorder-facts': { up: createRecorderFacts },
  '007-guests': { up: createGuests },
  '008-shares': { up: createShares },
  '009-library': { up: createLibrary },
  '010-storage': { up: createStorage },
  '011-administration': { up: createAdministration },
  '012-club-watch': { up: createClubWatch },
  '013-schedules': { up: createSchedules },
  '018-clips': { up: createClips },
  '020-privacy': { up: createPrivacy },
  '021-portal-settings': { up: createPortalSettings },
  '015-mail': { up: createMail },
  '016-own-account': { up: createOwnAccount },
  '017-impersonation': { up: createImpersonation },
  '023-first-payload': { up: createFirstPayload },
  '025-further-movies': { up: createFurtherMovies },
  '026-kept-clips': { up: createKeptClips },
  '027-told-movies': { up: addToldMovies },
  '030-club-logo': { up: createClubLogo },
  '031-low-delay': { up: createLowDelay },
  '033-picture-trouble': { up: addPictureTrouble },
  '034-answered-requests': { up: addRequestAnswers },
  '035-missing-videos': { up: addMissingVideos },
};
