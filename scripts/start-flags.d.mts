export function startFlags(root: string): readonly string[];
