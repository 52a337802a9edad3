/* SPDX-License-Identifier: LGPL-2.1-only */
#ifndef UTIL_PROMETHEUS_H
#define UTIL_PROMETHEUS_H

#include <stdint.h>
#include <stdio.h>

/*
 * Writes gauges in the text format of Prometheus (version 0.0.4), as the text-file collector of its
 * node_exporter reads them: without time stamps, and no sample twice.
 */

struct prometheus_label {
	const char *name;
	const char *value; /* NULL: it is not known, and the sample does not have this label */
};

/* A list of labels: PROMETHEUS_LABELS({"host", host}, {"provider", provider}) */
#define PROMETHEUS_LABELS(...) ((const struct prometheus_label[]){__VA_ARGS__, {0}})

/* What is being written: begins as {.out = file}, is released with prometheus_end() */
struct prometheus {
	FILE *out;
	const char *name; /* of the present metric */
	void *samples;	  /* the labels of its samples so far, a tree of tsearch(3) */
};

/** prometheus_gauge() - begin a metric: the samples that follow are of it, all of them */
void prometheus_gauge(struct prometheus *prometheus, const char *name, const char *help);

/**
 * prometheus_sample() - a sample of the present metric
 * @labels: ended by one without a name; NULL: none
 *
 * If there was a sample with the same labels, it stays, and this one is left out: the collector
 * would refuse the whole file. Bytes that are not UTF-8 become U+FFFD, for the same reason.
 */
void prometheus_sample(struct prometheus *prometheus, uint64_t value,
		       const struct prometheus_label *labels);

/** prometheus_end() - free what was needed meanwhile; @out stays open */
void prometheus_end(struct prometheus *prometheus);

#endif
