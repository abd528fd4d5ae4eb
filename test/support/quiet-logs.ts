import { Logger } from '@nestjs/common';

// Tests look at what is done, not at what is logged.
Logger.overrideLogger(false);
