// SPDX-License-Identifier: GPL-2.0-only
/*
 * Each attribute is an open and a read that depend on each other, in a slot of the ring's table of
 * files. Nothing is closed: the next open into the same slot does that. All slots are given to the
 * kernel with one system call, as soon as they are in use.
 */
#include "bare-reads.h"

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <liburing.h>
#include <string.h>
#include <unistd.h>

#define SLOTS 128
#define NO_URING 77 /* exit status: this kernel has no io_uring, or none for this user */

static struct io_uring ring;
static char values[SLOTS][4096];
static int devices[SLOTS]; /* to be closed after the reads */
static unsigned int nr_slots, nr_devices;
static unsigned long nr_read;

void begin_reading(void)
{
	int result = io_uring_queue_init(2 * SLOTS, &ring, 0);

	if (result == 0)
		result = io_uring_register_files_sparse(&ring, SLOTS);
	if (result < 0)
		errx(result == -ENOSYS || result == -EPERM ? NO_URING : 1, "io_uring: %s",
		     strerror(-result));
}

/* Each slot has one result: that of the read, or that of an open that failed. */
static void count_results(void)
{
	struct io_uring_cqe *result;
	int status;

	for (unsigned int ended = 0; ended < nr_slots; ended++) {
		status = io_uring_wait_cqe(&ring, &result);
		if (status < 0)
			errx(1, "io_uring: %s", strerror(-status));
		nr_read += io_uring_cqe_get_data64(result) && result->res >= 0;
		io_uring_cqe_seen(&ring, result);
	}
}

static void read_slots(void)
{
	int status = io_uring_submit_and_wait(&ring, nr_slots);

	if (status < 0)
		errx(1, "io_uring: %s", strerror(-status));
	count_results();
	nr_slots = 0;
	while (nr_devices > 0)
		close(devices[--nr_devices]);
}

void read_attribute(int device, const char *name)
{
	struct io_uring_sqe *entry;

	if (nr_slots == SLOTS)
		read_slots();
	entry = io_uring_get_sqe(&ring);
	io_uring_prep_openat_direct(entry, device, name, O_RDONLY, 0, nr_slots);
	io_uring_sqe_set_flags(entry, IOSQE_IO_LINK | IOSQE_CQE_SKIP_SUCCESS);
	io_uring_sqe_set_data64(entry, 0);
	entry = io_uring_get_sqe(&ring);
	io_uring_prep_read(entry, (int)nr_slots, values[nr_slots], sizeof(*values), 0);
	io_uring_sqe_set_flags(entry, IOSQE_FIXED_FILE);
	io_uring_sqe_set_data64(entry, 1);
	nr_slots++;
}

void leave_device(int device)
{
	if (nr_devices == SLOTS)
		read_slots();
	devices[nr_devices++] = device;
}

unsigned long end_reading(void)
{
	read_slots();
	io_uring_queue_exit(&ring);
	return nr_read;
}
