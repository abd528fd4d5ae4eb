export function onParentDeath(act: () => void): void;
