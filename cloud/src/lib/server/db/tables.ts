/**
 * The portal's own tables, as Kysely sees them; accounts are better-auth's own tables beside these.
 * Instants are Unix milliseconds, flags 0 or 1, so that SQLite and PostgreSQL hold the same.
 */
import type { Locale } from '@padelvar/shared/locale';
import type { LogoGround } from '@padelvar/shared/logo';
import type { LogoType } from '@padelvar/shared/logo-check';
import type { Role } from '@padelvar/shared/roles';
import type { ScheduleOutcome } from '@padelvar/shared/schedule-api';
import type { MovieState } from '@padelvar/shared/session';
import type { SideFileName } from '@padelvar/shared/side-files';
import type { Generated } from 'kysely';

/** better-auth's own table, of which these columns are read here; its instants are ISO 8601 texts. */
export interface UserTable {
  id: string;
  name: string;
  email: string;
  role: Role;
  createdAt: string;
}

/** A login, in better-auth's table of that name. */
export interface LoginTable {
  id: string;
  userId: string;
  expiresAt: string;
}

/** A password, in better-auth's table of that name, of which these columns are read here. */
export interface CredentialTable {
  userId: string;
  providerId: string;
}

/** When a login was last used, to some minutes. */
export interface LoginUseTable {
  login_id: string;
  seen_at: number;
}

/** A login of a super administrator that shows the portal as `user_id` sees it. */
export interface ImpersonationTable {
  login_id: string;
  user_id: string;
  ends_at: number;
}

/** What people set for themselves; who has no row has set nothing. */
export interface AccountSettingTable {
  user_id: string;
  locale: Locale;
  mail_when_ready: Generated<number>;
}

/** A passkey; its id is the credential's, its public key in COSE form, both base64url. */
export interface PasskeyTable {
  id: string;
  user_id: string;
  name: string;
  public_key: string;
  counter: number;
  /** JSON array. */
  transports: string;
  created_at: number;
  used_at: number | null;
}

/** A message on its way out. */
export interface MailOutboxTable {
  id: string;
  to_address: string;
  /** Its kind. */
  letter: string;
  /** Encrypted: links in it open accounts. Empty once it is out or given up. */
  sealed: string;
  /** A second message with this key is not sent. */
  once_key: string | null;
  state: Generated<'waiting' | 'sent' | 'failed'>;
  attempts: Generated<number>;
  created_at: number;
  due_at: number;
  expires_at: number;
}

/** A link that went out by mail, good once. */
export interface MailTokenTable {
  /** SHA-256 of the token, hex. */
  token_hash: string;
  purpose: 'login' | 'reset' | 'verify' | 'address';
  /** Null where the address had no account when it was asked for. */
  user_id: string | null;
  email: string;
  name: string | null;
  locale: Locale;
  /** What that guest recorded becomes the account's. */
  guest_id: string | null;
  expires_at: number;
}

export interface ClubTable {
  id: string;
  name: string;
  time_zone: string;
  /** Videos are deleted so many days after they were recorded; null keeps them. */
  retention_days: Generated<number | null>;
  created_at: number;
  /** Whether anybody with a court's code may record within the opening hours. */
  guests_allowed: Generated<number>;
  /** JSON of OpeningHours; null: always open. */
  opening_hours: string | null;
  /** What happens to an open session when the next group arrives. */
  next_group: Generated<'ask' | 'replace'>;
  /** Minutes without a recording after which `replace` takes the court. */
  next_group_idle_minutes: Generated<number>;
  /** Minutes of a recording unless somebody says otherwise, and the most. */
  default_minutes: Generated<number>;
  max_minutes: Generated<number>;
  /** `#rrggbb`. */
  brand_color: string | null;
  /** Whether anybody who registers may name this club and is its player from then on. */
  join_open: Generated<number>;
  /** What its logo stands on. */
  logo_ground: Generated<LogoGround>;
}

export interface ClubLogoTable {
  club_id: string;
  /** SHA-256 of the bytes, the first half, hex. */
  version: string;
  content_type: LogoType;
  /** Pixels. */
  width: number;
  height: number;
  stored_at: number;
  content: Buffer;
}

/** A planned recording; dates and time are those of the club's wall. */
export interface ScheduleTable {
  id: string;
  club_id: string;
  court_id: string;
  label: string;
  first_date: string;
  last_date: string | null;
  /** `HH:MM`. */
  time: string;
  /** JSON array of Weekday; empty: once, on the first date. */
  weekdays: string;
  duration_minutes: number;
  created_by: string;
  created_at: number;
  /** Null: never again. */
  next_at: number | null;
  last_at: number | null;
  last_outcome: ScheduleOutcome | null;
  last_session_id: string | null;
}

/** A link with which one person joins a club. */
export interface InvitationTable {
  id: string;
  club_id: string;
  /** SHA-256 of the token, hex. */
  token_hash: string;
  role: 'PLAYER' | 'CLUB_ADMIN';
  label: string;
  created_by: string;
  created_at: number;
  expires_at: number;
}

export interface ClubMemberTable {
  club_id: string;
  user_id: string;
}

/** Court ids are unique in the whole portal. */
export interface CourtTable {
  id: string;
  club_id: string;
  name: string;
  device_id: string | null;
  /** JSON of a SealedCamera, which only the device can open. */
  camera_sealed: string | null;
  camera_state: 'unknown' | 'ok' | 'failed';
  camera_reason: string | null;
  /** Whether its camera stays connected while nobody plays. */
  warm: Generated<number>;
  /** Whether sound is recorded. */
  audio: Generated<number>;
  /** Whether its live picture is there almost at once. */
  low_delay: Generated<number>;
  created_at: number;
}

export interface DeviceTable {
  id: string;
  club_id: string;
  name: string;
  /** Raw public keys, base64url. */
  sign_key: string;
  seal_key: string;
  /** Desired document: `generation` is new when history was lost, `rev` grows with each change. */
  generation: string;
  rev: number;
  /** Presence: a will of an older epoch is ignored. */
  epoch: number;
  online: number;
  last_seen_at: number | null;
  build: string | null;
  /** JSON array of addresses. */
  lan: string;
  clock_offset_ms: number | null;
  disk_free_bytes: number | null;
  /** How long the disk lasts for what is being recorded. */
  recording_minutes_left: number | null;
  /** Set while the device's folder for videos is not its own. */
  media: 'missing' | 'replaced' | null;
  /** Where its page answers on the club's network; null while it does not. */
  lan_port: number | null;
  /** What its club has set; null for the defaults. */
  uplink_kbit_per_second: number | null;
  keep_uploaded_hours: number | null;
  /** JSON of what it says of its line. */
  uplink: string | null;
  created_at: number;
}

export interface DeviceEnrollmentTable {
  /** SHA-256 of the token, hex. */
  token_hash: string;
  club_id: string;
  name: string;
  expires_at: number;
  /** Set when spent; the same keys may repeat the request and get the same device. */
  device_id: string | null;
}

/** What devices tell of themselves; a repeat is the same key. */
export interface DeviceEventTable {
  device_id: string;
  epoch: number;
  seq: number;
  /** By the device's own clock. */
  at: number;
  received_at: number;
  type: string;
  session_id: string | null;
  detail: string | null;
}

export interface MatchSessionTable {
  id: string;
  club_id: string;
  court_id: string;
  device_id: string;
  owner_id: string;
  // Desired.
  opened_at: number;
  open_deadline_at: number;
  start_requested_at: number | null;
  start_deadline_at: number | null;
  duration_seconds: number | null;
  stop_requested_at: number | null;
  stop_reason: string | null;
  close_requested_at: number | null;
  close_reason: string | null;
  // Reported.
  state: string;
  reason: string | null;
  detail: string | null;
  started_at: number | null;
  ended_at: number | null;
  elapsed_ms: Generated<number>;
  /** Portal time at which `elapsed_ms` was reported. */
  elapsed_at: number | null;
  growing: Generated<number>;
  bytes: Generated<number>;
  uploaded_bytes: Generated<number>;
  /** Milliseconds from `elapsed_at` until the movie is ready, where its device can tell. */
  ready_in_ms: number | null;
  /** JSON array of Gap. */
  gaps: Generated<string>;
  // The movie in the store.
  movie_state: Generated<MovieState>;
  movie_bytes: number | null;
  movie_duration_ms: number | null;
  movie_frames: number | null;
  movie_codec: string | null;
  movie_width: number | null;
  movie_height: number | null;
  object_key: string | null;
  ready_at: number | null;
  deleted_at: number | null;
  deleted_by: string | null;
  /** What kept the portal from taking the movie when it last tried: one of StorageTrouble. */
  storage_trouble: Generated<string | null>;
  /** When its device said that its copy is gone too. */
  erased_at: number | null;
  /** Which recording notice whoever started it was shown, and in which language; null where a program started it. */
  notice_version: Generated<string | null>;
  notice_language: Generated<string | null>;
  /** Until then its video is withheld: somebody who is in it objects, and nobody has decided yet. */
  hidden_until: Generated<number | null>;
  /** What its camera shows is no match: one of PictureTrouble. */
  picture: Generated<string | null>;
  /** Since when the store is known to have its movie no more. */
  missing_at: Generated<number | null>;
}

export interface SessionParticipantTable {
  session_id: string;
  user_id: string;
}

/** What is printed at a court. */
export interface CourtCodeTable {
  court_id: string;
  code: string;
  created_at: number;
}

/** A browser that records without an account. Its id stands in `match_session.owner_id` until somebody claims it. */
export interface GuestTable {
  id: string;
  /** SHA-256 of the claim token, hex. */
  token_hash: string;
  created_at: number;
  expires_at: number;
}

/** What the owner shows so that others join; good until the stop. */
export interface MatchCodeTable {
  session_id: string;
  code: string;
}

export interface MatchRequestTable {
  id: string;
  session_id: string;
  /** `join`: to be let in; `court`: the next group is waiting, nobody named. */
  kind: 'join' | 'court';
  user_id: string | null;
  state: 'open' | 'accepted' | 'declined';
  created_at: number;
  /** Null where the owner has not answered it. */
  answered_at: number | null;
}

export interface IdempotencyTable {
  user_id: string;
  key: string;
  session_id: string;
  created_at: number;
}

export interface UploadTable {
  session_id: string;
  upload_id: string;
  object_key: string;
  max_parts: number;
  state: 'open' | 'complete' | 'aborted';
  created_at: number;
  /** A `ToldMovie` as JSON, once it was to be completed. */
  told: Generated<string | null>;
}

/** The payload of part 1, on its way by an upload of its own until the header is known. */
export interface FirstPayloadTable {
  session_id: string;
  /** The upload whose part 1 it is to be. */
  upload_id: string;
  payload_upload_id: string;
  object_key: string;
}

/** A movie beside the match, with its upload. */
export interface FurtherMovieTable {
  session_id: string;
  /** From 2. */
  number: number;
  upload_id: string;
  object_key: string;
  /** `erased`: nothing is left of it in the store. */
  state: 'open' | 'complete' | 'aborted' | 'erased';
  created_at: number;
  /** Where it belongs on the match's own time line. */
  from_ms: number;
  reason: string;
  bytes: number;
  duration_ms: number;
  frames: number;
  codec: string;
  width: number;
  height: number;
}

/** What lies in the store beside a movie. */
export interface SideFileTable {
  session_id: string;
  name: SideFileName;
  object_key: string;
  bytes: number;
  stored_at: number;
}

/** What the store was allowed to take as a part: whatever it calls a part, it is one of these. */
export interface SignedPartTable {
  session_id: string;
  upload_id: string;
  part_number: number;
  bytes: number;
  md5: string;
}

/** That a video will be deleted, said so many days before. */
export interface RetentionNoticeTable {
  session_id: string;
  days_before: number;
  expires_at: number;
  made_at: number;
}

/** A range of a movie under a name of its own; its bytes are the movie's as long as that is there. */
export interface ClipTable {
  id: string;
  session_id: string;
  name: string;
  /** Milliseconds from the movie's beginning. */
  from_ms: number;
  to_ms: number;
  /** Of the clip as a file. */
  bytes: number;
  created_by: string;
  created_at: number;
  /** 1 where it stays when its match expires. */
  kept: Generated<number>;
}

/** The object of its own that a kept clip has from its match's end on. */
export interface ClipCopyTable {
  clip_id: string;
  session_id: string;
  object_key: string;
  /** Of the copying. */
  upload_id: string;
  state: 'open' | 'complete';
  bytes: number;
  /** The match's picture, where it had one. */
  thumbnail_key: string | null;
  thumbnail_bytes: number | null;
  created_at: number;
}

/** A link that shares a video. */
export interface ShareTable {
  id: string;
  session_id: string;
  /** Set where the link leads to that clip only. */
  clip_id: string | null;
  /** SHA-256 of the token, hex. */
  token_hash: string;
  label: string;
  can_download: number;
  created_by: string;
  created_at: number;
  expires_at: number;
}

/** Somebody who is in a video, or says so, objects to it. */
export interface ObjectionTable {
  id: string;
  club_id: string;
  court_id: string;
  /** Null where nothing was recorded on the court then. */
  session_id: string | null;
  /** When the match was, as they say. */
  at: number;
  /** SHA-256 of the browser's token, hex: one objection per browser and match. */
  browser_hash: string;
  message: string;
  /** How they want to be answered; may be empty. */
  contact: string;
  /** `lapsed`: nobody decided in time, and the video is seen again. */
  state: 'open' | 'kept' | 'deleted' | 'lapsed';
  created_at: number;
  /** Null where it hides nothing: the match had been hidden before, or there is none. */
  hides_until: number | null;
  decided_at: number | null;
  decided_by: string | null;
}

/** What a super administrator has set: JSON by its name. */
export interface PortalSettingTable {
  name: string;
  value: string;
}

/** How the last comparison of store and library went: one row, a `StorageReport` as JSON. */
export interface StorageReportTable {
  at: number;
  report: string;
}

export interface AuditTable {
  id: Generated<number>;
  at: number;
  user_id: string | null;
  action: string;
  object: string;
  detail: string;
}

export interface Tables {
  user: UserTable;
  session: LoginTable;
  account: CredentialTable;
  login_use: LoginUseTable;
  impersonation: ImpersonationTable;
  account_setting: AccountSettingTable;
  passkey: PasskeyTable;
  mail_outbox: MailOutboxTable;
  mail_token: MailTokenTable;
  club: ClubTable;
  club_logo: ClubLogoTable;
  club_member: ClubMemberTable;
  invitation: InvitationTable;
  schedule: ScheduleTable;
  court: CourtTable;
  device: DeviceTable;
  device_enrollment: DeviceEnrollmentTable;
  device_event: DeviceEventTable;
  match_session: MatchSessionTable;
  session_participant: SessionParticipantTable;
  court_code: CourtCodeTable;
  guest: GuestTable;
  match_code: MatchCodeTable;
  match_request: MatchRequestTable;
  idempotency: IdempotencyTable;
  upload: UploadTable;
  first_payload: FirstPayloadTable;
  further_movie: FurtherMovieTable;
  side_file: SideFileTable;
  signed_part: SignedPartTable;
  retention_notice: RetentionNoticeTable;
  clip: ClipTable;
  clip_copy: ClipCopyTable;
  share: ShareTable;
  objection: ObjectionTable;
  portal_setting: PortalSettingTable;
  storage_report: StorageReportTable;
  audit: AuditTable;
}
