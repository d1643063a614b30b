/* alert.h - what the monitor needs of an alert beyond its public face. */
#ifndef SLOI_ALERT_H
#define SLOI_ALERT_H

#include "slo/alert.h"

/* 1 when the window has begun a slice in which the alert has not been stepped. Owner only. */
int sloi_alert_due(const slo_alert *alert, const slo_window *window);

/* Asks for the lines that a step begins with. */
void sloi_alert_fetch(const slo_alert *alert);

#endif
