/** How work that takes long shows how far it is. */
export interface Reporter {
  /** Says something that stays. */
  line(text: string): void;
  /** How far it is: a passing line on a terminal; elsewhere a plain one, each time `milestone` is another. */
  progress(text: string, milestone: string | number): void;
}
