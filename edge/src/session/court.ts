/** A court as this device knows it: which club it belongs to and where its camera is. */
export interface Court {
  courtId: string;
  clubId: string;
  /** With credentials; undefined where no camera was set or its address could not be opened. */
  address: string | undefined;
  /** The same as the portal sealed it; kept with a match, so that losing the database ends none. */
  sealed?: string;
  /** Whether sound is recorded; it is not where this is absent. */
  audio?: boolean;
  /** Whether its camera stays connected while nobody plays. */
  warm?: boolean;
  /** Whether its live picture is to be there almost at once. */
  lowDelay?: boolean;
}
