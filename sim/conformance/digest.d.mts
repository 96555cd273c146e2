export const folder: string;
export function digest(): string;
