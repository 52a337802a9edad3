/* SPDX-License-Identifier: LGPL-2.1-only */
#ifndef UTIL_PROMETHEUS_H
#define UTIL_PROMETHEUS_H

#include <stdint.h>
#include <stdio.h>

/*
 * Write gauges in the text format of Prometheus (version 0.0.4), as the text-file collector of its
 * node_exporter reads them: without timestamps, and without duplicate samples.
 */

struct prometheus_label {
	const char *name;
	const char *value; /* NULL: it is unknown, and the sample does not have this label */
};

/* A list of labels: PROMETHEUS_LABELS({"host", host}, {"provider", provider}) */
#define PROMETHEUS_LABELS(...) ((const struct prometheus_label[]){__VA_ARGS__, {0}})

/* The state of the writer: begins as {.out = file}, released with prometheus_end() */
struct prometheus {
	FILE *out;
	const char *name; /* of the current metric */
	void *samples;	  /* the labels of its samples until now, a tree of tsearch(3) */
};

/** prometheus_gauge() - begin a metric: all samples that follow belong to it */
void prometheus_gauge(struct prometheus *prometheus, const char *name, const char *help);

/**
 * prometheus_sample() - write a sample of the current metric
 * @labels: ended by a label without a name; NULL: none
 *
 * A second sample with the same labels is left out, because the collector would refuse the whole
 * file. Bytes that are not UTF-8 become U+FFFD for the same reason.
 */
void prometheus_sample(struct prometheus *prometheus, uint64_t value,
		       const struct prometheus_label *labels);

/** prometheus_end() - free the state of the writer; @out stays open */
void prometheus_end(struct prometheus *prometheus);

#endif
