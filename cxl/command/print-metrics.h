/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef CXL_COMMAND_PRINT_METRICS_H
#define CXL_COMMAND_PRINT_METRICS_H

/* The state of attached memory as metrics, in the text format of Prometheus */

/**
 * metrics_text() - return all metrics, as a new string that the caller frees; NULL after a message
 */
char *metrics_text(const char *command);

/** print_metrics() - print all metrics; the exit status */
int print_metrics(const char *command);

#endif
