// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "attach/model/observed.h"
#include "attach/verify/splat.h"
#include "test/walk/report.h"
#include "util/kmsg.h"
#include "util/memory.h"

/* Each of these has a page in Documentation/findings. */
static const char *const documented[] = {
	"devm_cxl_add_endpoint < cxl_mem_probe",
	"mutex_lock < cxl_add_ep",
	"__mock_cxl_decoders_setup",
	"lockdep pciehp_unconfigure_device",
};

static bool is_documented(const char *signature)
{
	for (size_t i = 0; i < sizeof(documented) / sizeof(documented[0]); i++) {
		if (strstr(signature, documented[i]))
			return true;
	}
	return false;
}

static void judge(const struct observed_line *log, size_t count, struct kernel_counts *counts,
		  struct kernel_reports *reports)
{
	struct splats splats;

	splats_find(log, count, &splats);
	for (size_t i = 0; i < splats.count; i++) {
		const char *signature = splats.list[i].signature;

		snprintf(reports->signature, sizeof(reports->signature), "%s", signature);
		if (is_documented(signature))
			reports->documented = true;
		else
			reports->undocumented = true;
	}
	splats_release(&splats);
	counts->reports += reports->documented;
	counts->ports += reports->port_cannot_be_reused;
}

void kernel_reports_read(struct kmsg *kmsg, struct kernel_counts *counts,
			 struct kernel_reports *reports)
{
	struct observed_line *log = NULL;
	struct kmsg_record record;
	size_t count = 0;
	int rc;

	*reports = (struct kernel_reports){0};
	while ((rc = kmsg_next(kmsg, &record)) != 0) {
		if (rc < 0)
			continue;
		reports->port_cannot_be_reused |=
			strstr(record.text, "Committed out of order") != NULL;
		*APPEND(log, count) = (struct observed_line){memory_check(strdup(record.text)),
							     kmsg_splat(record.text)};
	}
	judge(log, count, counts, reports);
	for (size_t i = 0; i < count; i++)
		free(log[i].text);
	free(log);
}
