/** Where to go after getting in: a path of this portal, never another site. */
import { z } from 'zod';

export const NextPath = z
  .string()
  .max(300)
  .regex(/^\/(?![/\\])[^\s]*$/, 'expected a path')
  .default('/');
