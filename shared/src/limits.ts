/** Limits and defaults that more than one part relies on. Durations and sizes carry their unit. */

/** Minutes a recording lasts unless the caller says otherwise, and the most that may be asked for. */
export const DEFAULT_DURATION_MINUTES = 90;
export const MAX_DURATION_MINUTES = 240;

/** Seconds from before its start that a recording has, where the session was open by then. */
export const DEFAULT_PRE_ROLL_SECONDS = 10;
export const MAX_PRE_ROLL_SECONDS = 60;

/** Size of every stored part but the last (S3's smallest allowed part size). */
export const UPLOAD_PART_BYTES = 5 * 1024 * 1024;
/** Most room that a header-first object keeps for its index. */
export const MAX_HEADER_ROOM_BYTES = 4 * 1024 * 1024;
/** S3's limit on the number of parts in one upload. */
export const MAX_UPLOAD_PARTS = 10_000;
/** Highest bit rate a recording is granted upload room for, video and audio together. */
export const MAX_RECORDING_KBIT_PER_SECOND = 40_000;

/** Local proxies: first and last port. */
export const PROXY_FIRST_PORT = 8080;
export const PROXY_LAST_PORT = 9080;
export const EDGE_LAN_PORT = 5080;
export const PORTAL_PORT = 5173;
export const MQTT_TCP_PORT = 1883;

/** An open session without a recording is closed after this. */
export const ORPHAN_SESSION_SECONDS = 2 * 60 * 60;
/** A camera that has not answered after this is reported as timed out. */
export const CAMERA_PROBE_TIMEOUT_MS = 5_000;
/** `create` answers within this, else 504. */
export const CREATE_TIMEOUT_MS = 8_000;
/** A start that has not begun after this never begins. */
export const START_DEADLINE_MS = 15_000;
/** Bytes must have grown within this for a recording to be called one. */
export const GROWTH_WINDOW_MS = 3_000;
/** A preview lease; renewed while somebody watches. Pushing ends this long after the last viewer left. */
export const PREVIEW_LEASE_SECONDS = 10;
/** Largest picture of a camera test: it travels in one packet, in base64. */
export const MAX_TEST_PICTURE_BYTES = 150_000;
/** Largest JPEG of a preview. */
export const MAX_PREVIEW_FRAME_BYTES = 1024 * 1024;

/** What a comparison of store and library names of each kind of difference, at most. */
export const MAX_NAMED_DIFFERENCES = 100;

/** MQTT packets: largest before and after CONNECT is accepted. */
export const MAX_CONNECT_PACKET_BYTES = 8 * 1024;
export const MAX_PACKET_BYTES = 256 * 1024;
export const MQTT_KEEPALIVE_SECONDS = 20;
/** A client that asks for no keep-alive, or for a longer one, is refused. */
export const MQTT_KEEPALIVE_MAX_SECONDS = 60;

/** Life of a device's access token. */
export const DEVICE_TOKEN_SECONDS = 15 * 60;
/** Portal time is believed only from a request and answer that took no longer than this. */
export const PORTAL_TIME_MAX_ROUND_TRIP_MS = 2_000;
/** How often the HTTPS poll makes certain what MQTT makes fast. */
export const DESIRED_POLL_SECONDS = 15;
/** A device is online while its presence is younger than this or its connection stands. */
export const PRESENCE_LEASE_SECONDS = 90;
