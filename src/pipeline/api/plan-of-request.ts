import { BadRequestException } from '@nestjs/common';
import type { TriggerRunDto } from './dto/trigger-run.dto.js';
import { CUSTOM_DEFAULTS, customPlan, presetPlan, type RunPlan } from '../../runs/run-plan.js';

/**
 * The plan of the run that a request describes.
 * @throws BadRequestException when its options contradict each other
 */
export function planOfRequest({ update_type: requested, ...options }: TriggerRunDto): RunPlan {
  const update_type = requested ?? 'quick';
  const entries: [string, unknown][] = Object.entries(options);
  const given = entries.filter(([, value]) => value !== undefined && value !== null);
  if (update_type === 'custom') return planOfOptions(Object.fromEntries(given));
  if (given.length === 0) return presetPlan(update_type);
  const names = given.map(([name]) => name).join(', ');
  throw new BadRequestException(
    `${names} requires "update_type": "custom". Leave it out, or request a custom run.`,
  );
}

function planOfOptions(options: Partial<typeof CUSTOM_DEFAULTS>): RunPlan {
  try {
    return customPlan({ ...CUSTOM_DEFAULTS, ...options });
  } catch (error) {
    if (error instanceof RangeError) throw new BadRequestException(error.message);
    throw error;
  }
}
