/** Which text of the recording notice is shown now. Apart from the texts, so that the court's page stays small. */
export const CURRENT_NOTICE = '2026-11';
