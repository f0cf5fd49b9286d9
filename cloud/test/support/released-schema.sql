-- What portals of the migrations up to 013 have on their disks. Never changed: it is what there is to start from.
CREATE TABLE "account" ("id" text primary key, "accountId" text not null, "providerId" text not null, "userId" text not null references "user" ("id") on delete cascade, "accessToken" text, "refreshToken" text, "idToken" text, "accessTokenExpiresAt" date, "refreshTokenExpiresAt" date, "scope" text, "password" text, "createdAt" date not null, "updatedAt" date not null);
CREATE TABLE "audit" ("id" integer primary key autoincrement, "at" bigint not null, "user_id" text, "action" text not null, "object" text not null, "detail" text not null);
CREATE TABLE "club" ("id" text primary key, "name" text not null, "time_zone" text not null, "created_at" bigint not null, "guests_allowed" integer default 0 not null, "opening_hours" text, "next_group" text default 'ask' not null, "next_group_idle_minutes" integer default 10 not null, "retention_days" integer, "default_minutes" integer default 90 not null, "max_minutes" integer default 240 not null, "brand_color" text);
CREATE TABLE "club_member" ("club_id" text not null references "club" ("id") on delete cascade, "user_id" text not null references "user" ("id") on delete cascade, constraint "club_member_pk" primary key ("club_id", "user_id"));
CREATE TABLE "court" ("id" text primary key, "club_id" text not null references "club" ("id") on delete cascade, "name" text not null, "device_id" text references "device" ("id") on delete set null, "camera_sealed" text, "camera_state" text not null, "camera_reason" text, "created_at" bigint not null, "warm" integer default 0 not null, "audio" integer default 0 not null);
CREATE TABLE "court_code" ("court_id" text primary key references "court" ("id") on delete cascade, "code" text not null unique, "created_at" bigint not null);
CREATE TABLE "device" ("id" text primary key, "club_id" text not null references "club" ("id") on delete cascade, "name" text not null, "sign_key" text not null, "seal_key" text not null, "generation" text not null, "rev" bigint not null, "epoch" bigint not null, "online" integer not null, "last_seen_at" bigint, "build" text, "lan" text not null, "clock_offset_ms" bigint, "disk_free_bytes" bigint, "created_at" bigint not null, "recording_minutes_left" bigint, "media" text, "lan_port" integer, "uplink_kbit_per_second" integer, "keep_uploaded_hours" integer, "uplink" text);
CREATE TABLE "device_enrollment" ("token_hash" text primary key, "club_id" text not null references "club" ("id") on delete cascade, "name" text not null, "expires_at" bigint not null, "device_id" text);
CREATE TABLE "device_event" ("device_id" text not null references "device" ("id") on delete cascade, "epoch" bigint not null, "seq" bigint not null, "at" bigint not null, "received_at" bigint not null, "type" text not null, "session_id" text, "detail" text, constraint "device_event_pk" primary key ("device_id", "epoch", "seq"));
CREATE TABLE "guest" ("id" text primary key, "token_hash" text not null unique, "created_at" bigint not null, "expires_at" bigint not null);
CREATE TABLE "idempotency" ("user_id" text not null, "key" text not null, "session_id" text not null, "created_at" bigint not null, constraint "idempotency_pk" primary key ("user_id", "key"));
CREATE TABLE "invitation" ("id" text primary key, "club_id" text not null references "club" ("id") on delete cascade, "token_hash" text not null unique, "role" text not null, "label" text not null, "created_by" text not null, "created_at" bigint not null, "expires_at" bigint not null);
CREATE TABLE "jwks" ("id" text primary key, "publicKey" text not null, "privateKey" text not null, "createdAt" date not null, "expiresAt" date, "alg" text, "crv" text);
CREATE TABLE "match_code" ("session_id" text primary key references "match_session" ("id") on delete cascade, "code" text not null unique);
CREATE TABLE "match_request" ("id" text primary key, "session_id" text not null references "match_session" ("id") on delete cascade, "kind" text not null, "user_id" text references "user" ("id") on delete cascade, "state" text not null, "created_at" bigint not null);
CREATE TABLE "match_session" ("id" text primary key, "club_id" text not null, "court_id" text not null, "device_id" text not null, "owner_id" text not null, "opened_at" bigint not null, "open_deadline_at" bigint not null, "start_requested_at" bigint, "start_deadline_at" bigint, "duration_seconds" integer, "stop_requested_at" bigint, "stop_reason" text, "close_requested_at" bigint, "close_reason" text, "state" text not null, "reason" text, "detail" text, "started_at" bigint, "ended_at" bigint, "elapsed_ms" bigint default 0 not null, "elapsed_at" bigint, "growing" integer default 0 not null, "bytes" bigint default 0 not null, "uploaded_bytes" bigint default 0 not null, "gaps" text default '[]' not null, "movie_state" text default 'none' not null, "movie_bytes" bigint, "movie_duration_ms" bigint, "movie_frames" integer, "movie_codec" text, "movie_width" integer, "movie_height" integer, "object_key" text, "ready_at" bigint, "deleted_at" bigint, "erased_at" bigint, "deleted_by" text, "storage_trouble" text, "ready_in_ms" bigint);
CREATE TABLE "retention_notice" ("session_id" text not null, "days_before" integer not null, "expires_at" bigint not null, "made_at" bigint not null, constraint "retention_notice_pk" primary key ("session_id", "days_before", "expires_at"));
CREATE TABLE "schedule" ("id" text primary key, "club_id" text not null references "club" ("id") on delete cascade, "court_id" text not null references "court" ("id") on delete cascade, "label" text not null, "first_date" text not null, "last_date" text, "time" text not null, "weekdays" text not null, "duration_minutes" integer not null, "created_by" text not null, "created_at" bigint not null, "next_at" bigint, "last_at" bigint, "last_outcome" text, "last_session_id" text);
CREATE TABLE "session" ("id" text primary key, "expiresAt" date not null, "token" text not null unique, "createdAt" date not null, "updatedAt" date not null, "ipAddress" text, "userAgent" text, "userId" text not null references "user" ("id") on delete cascade);
CREATE TABLE "session_participant" ("session_id" text not null references "match_session" ("id") on delete cascade, "user_id" text not null references "user" ("id") on delete cascade, constraint "session_participant_pk" primary key ("session_id", "user_id"));
CREATE TABLE "share" ("id" text primary key, "session_id" text not null references "match_session" ("id") on delete cascade, "token_hash" text not null unique, "label" text not null, "can_download" integer not null, "created_by" text not null, "created_at" bigint not null, "expires_at" bigint not null);
CREATE TABLE "side_file" ("session_id" text not null, "name" text not null, "object_key" text not null, "bytes" bigint not null, "stored_at" bigint not null, constraint "side_file_pk" primary key ("session_id", "name"));
CREATE TABLE "signed_part" ("session_id" text not null, "upload_id" text not null, "part_number" integer not null, "bytes" bigint not null, "md5" text not null, constraint "signed_part_pk" primary key ("session_id", "upload_id", "part_number", "md5"));
CREATE TABLE "upload" ("session_id" text primary key, "upload_id" text not null, "object_key" text not null, "max_parts" integer not null, "state" text not null, "created_at" bigint not null);
CREATE TABLE "user" ("id" text primary key, "name" text not null, "email" text not null unique, "emailVerified" integer not null, "image" text, "createdAt" date not null, "updatedAt" date not null, "role" text not null);
CREATE TABLE "verification" ("id" text primary key, "identifier" text not null, "value" text not null, "expiresAt" date not null, "createdAt" date not null, "updatedAt" date not null);
CREATE INDEX "account_userId_idx" on "account" ("userId");
CREATE INDEX "audit_newest" on "audit" ("at", "id");
CREATE INDEX "audit_object" on "audit" ("object", "action", "user_id", "at");
CREATE INDEX "club_member_user" on "club_member" ("user_id");
CREATE INDEX "court_club" on "court" ("club_id");
CREATE INDEX "court_device" on "court" ("device_id");
CREATE INDEX "device_event_session" on "device_event" ("session_id");
CREATE INDEX "invitation_club" on "invitation" ("club_id", "created_at");
CREATE INDEX "match_request_session" on "match_request" ("session_id", "state");
CREATE INDEX "match_session_club" on "match_session" ("club_id", "opened_at");
CREATE INDEX "match_session_device" on "match_session" ("device_id", "state");
CREATE UNIQUE INDEX match_session_one_open_per_court on match_session (court_id)
    where state not in ('complete', 'failed');
CREATE INDEX "match_session_owner" on "match_session" ("owner_id", "opened_at");
CREATE INDEX "schedule_club" on "schedule" ("club_id", "created_at");
CREATE INDEX "schedule_next" on "schedule" ("next_at");
CREATE INDEX "session_userId_idx" on "session" ("userId");
CREATE INDEX "share_session" on "share" ("session_id", "created_at");
CREATE INDEX "verification_identifier_idx" on "verification" ("identifier");
CREATE INDEX video_club on match_session (club_id, opened_at desc, id desc)
      where movie_state not in ('none', 'deleted');
CREATE INDEX video_court on match_session (court_id, opened_at desc, id desc)
      where movie_state not in ('none', 'deleted');
CREATE INDEX video_newest on match_session (opened_at desc, id desc)
      where movie_state not in ('none', 'deleted');
CREATE INDEX video_owner on match_session (owner_id, opened_at desc, id desc)
      where movie_state not in ('none', 'deleted');
