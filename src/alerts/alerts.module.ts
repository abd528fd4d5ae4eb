import { Module } from '@nestjs/common';
import { AlertSender } from './alert-sender.js';
import { AlertStatesRepository } from './alert-states.repository.js';
import { Alerts } from './alerts.js';

@Module({ providers: [Alerts, AlertSender, AlertStatesRepository], exports: [Alerts, AlertSender] })
export class AlertsModule {}
