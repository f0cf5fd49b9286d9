/** What a super administrator sets for the whole portal while it runs, and what of it everybody may know. */
import { z } from 'zod';

export const PortalSettings = z.object({
  /** Whether anybody may make an account; invitations always work. */
  registrationOpen: z.boolean(),
  /** Days that the videos of new clubs are kept; null: until somebody deletes them. */
  defaultRetentionDays: z.int().min(1).max(3650).nullable(),
  /** For browsers that ask for none of the portal's languages. */
  defaultLanguage: z.enum(['en', 'fr', 'es']),
  /** Whom people ask about their data; empty where nothing is said. */
  legalContact: z.string().trim().max(500),
});
export type PortalSettings = z.infer<typeof PortalSettings>;
export const PortalSettingsUpdate = PortalSettings.partial();

export const PortalFacts = PortalSettings.pick({ registrationOpen: true, legalContact: true });
export type PortalFacts = z.infer<typeof PortalFacts>;
