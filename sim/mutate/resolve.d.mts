export function registerStandIn(): void;
