import { Logger } from '@nestjs/common';

// Tests assert on results, not on logs.
Logger.overrideLogger(false);
