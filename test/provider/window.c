// SPDX-License-Identifier: GPL-2.0-only
#include <linux/atomic.h>
#include <linux/device.h>
#include <linux/fs.h>
#include <linux/miscdevice.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/range.h>
#include <linux/slab.h>
#include <linux/wait.h>

#include "window.h"

/* A mapping keeps the file, even if the process has closed it. */
struct lab_window {
	struct miscdevice misc;
	struct range range;
	atomic_t users; /* open files */
	wait_queue_head_t unused;
};

static int lab_window_open_file(struct inode *inode, struct file *file)
{
	struct lab_window *window = container_of(file->private_data, struct lab_window, misc);

	atomic_inc(&window->users);
	return 0;
}

static int lab_window_release(struct inode *inode, struct file *file)
{
	struct lab_window *window = container_of(file->private_data, struct lab_window, misc);

	if (atomic_dec_and_test(&window->users))
		wake_up(&window->unused);
	return 0;
}

static int lab_window_mmap(struct file *file, struct vm_area_struct *vma)
{
	struct lab_window *window = container_of(file->private_data, struct lab_window, misc);

	return vm_iomap_memory(vma, window->range.start, range_len(&window->range));
}

static const struct file_operations lab_window_fops = {
	.owner = THIS_MODULE,
	.open = lab_window_open_file,
	.release = lab_window_release,
	.mmap = lab_window_mmap,
};

struct lab_window *lab_window_open(struct device *dev, const struct range *range)
{
	struct lab_window *window = kzalloc(sizeof(*window), GFP_KERNEL);
	int rc = -ENOMEM;

	if (!window)
		return ERR_PTR(rc);
	window->range = *range;
	init_waitqueue_head(&window->unused);
	window->misc = (struct miscdevice){
		.minor = MISC_DYNAMIC_MINOR,
		.name = kasprintf(GFP_KERNEL, "cxl_lab_window-%s", dev_name(dev)),
		.fops = &lab_window_fops,
		.parent = dev,
	};
	if (window->misc.name)
		rc = misc_register(&window->misc);
	if (rc) {
		kfree(window->misc.name);
		kfree(window);
		return ERR_PTR(rc);
	}
	return window;
}

void lab_window_close(struct lab_window *window)
{
	misc_deregister(&window->misc);
	wait_event(window->unused, atomic_read(&window->users) == 0);
	kfree(window->misc.name);
	kfree(window);
}
