// SPDX-License-Identifier: GPL-2.0-only
#include <inttypes.h>
#include <search.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "attach/model/snapshot.h"
#include "attach/reason/evidence.h"
#include "attach/reason/lock.h"
#include "cxl/report/dot.h"
#include "util/cleanup.h"
#include "util/escape.h"
#include "util/memory.h"
#include "util/size.h"
#include "util/text.h"

/* Each kind of node has its own form, and a name that tells the kind: no reader needs the color. */
enum node_kind {
	NODE_BUS,
	NODE_PORT,
	NODE_ENDPOINT,
	NODE_MEMDEV,
	NODE_HOST,
	NODE_DRIVER,
	NODE_REGION,
};

static const struct {
	const char *name, *shown, *form;
} kinds[] = {
	[NODE_BUS] = {"bus", "bus ", "shape=box3d, fillcolor=\"#e8e8e8\""},
	[NODE_PORT] = {"port", "", "shape=box, fillcolor=\"#f5f5f5\""},
	[NODE_ENDPOINT] = {"endpoint", "", "shape=box, fillcolor=\"#ffffff\""},
	[NODE_MEMDEV] = {"memdev", "", "shape=component, fillcolor=\"#d8e8f8\""},
	[NODE_HOST] = {"host", "host ", "shape=tab, fillcolor=\"#fff4d6\""},
	[NODE_DRIVER] = {"driver", "driver ", "shape=ellipse, fillcolor=\"#fbdccb\""},
	[NODE_REGION] = {"region", "", "shape=cylinder, fillcolor=\"#dcf0dc\""},
};

static int by_text(const void *one, const void *other)
{
	return strcmp(one, other);
}

/* Has that node or edge been drawn? It counts as drawn from now on. */
static bool is_drawn(struct dot *dot, const char *name)
{
	if (tfind(name, &dot->drawn, by_text))
		return true;
	memory_check(tsearch(memory_check(strdup(name)), &dot->drawn, by_text));
	return false;
}

/* Its name in the graph, escaped: devices of two kinds can have one name. */
static char *node_name(enum node_kind kind, const char *name)
{
	_cleanup_free_ char *escaped = escape_dot(name ?: "unknown");

	return xasprintf("%s %s", kinds[kind].name, escaped);
}

/* A line of a label; nothing at all if there is no text */
static void print_line(const char *before, const char *text)
{
	_cleanup_free_ char *escaped = escape_dot(text ?: "");

	if (text)
		printf("\\n%s%s", before, escaped);
}

/* Begin a node, whose label goes on with print_line() and ends with end_node() */
static bool begin_node(struct dot *dot, enum node_kind kind, const char *name)
{
	_cleanup_free_ char *node = node_name(kind, name), *shown = escape_dot(name ?: "unknown");

	if (is_drawn(dot, node))
		return false;
	printf("\t\"%s\" [%s, label=\"%s%s", node, kinds[kind].form, kinds[kind].shown, shown);
	return true;
}

static void end_node(void)
{
	puts("\"];");
}

/* A label begins with a space, since Graphviz sets it right beside the line. */
static void draw_edge(struct dot *dot, const char *from, const char *to, const char *form)
{
	_cleanup_free_ char *edge = xasprintf("\t\"%s\" -> \"%s\" [%s];", from, to, form);

	if (!is_drawn(dot, edge))
		puts(edge);
}

static enum node_kind kind_of(const struct snapshot_port *port)
{
	return port->kind == PORT_ROOT	   ? NODE_BUS
	       : port->kind == PORT_SWITCH ? NODE_PORT
					   : NODE_ENDPOINT;
}

/*
 * The port, with those above it: its name in the graph. NULL for none, and for one whose bus is not
 * known: the links of a damaged tree may go in circles.
 */
static char *draw_port(struct dot *dot, const struct snapshot_port *port)
{
	_cleanup_free_ char *above = NULL;
	char *name;

	if (!snapshot_bus(port))
		return NULL;
	name = node_name(kind_of(port), port->name);
	if (begin_node(dot, kind_of(port), port->name)) {
		if (port->kind == PORT_ROOT)
			print_line("", snapshot_bus_provider(port));
		else if (port->kind == PORT_SWITCH)
			print_line("of ", port->uport);
		end_node();
	}
	above = port->kind == PORT_ROOT ? NULL : draw_port(dot, port->parent);
	if (above)
		draw_edge(dot, above, name, "");
	return name;
}

static char *draw_driver(struct dot *dot, const struct snapshot_host *host, const char *driver)
{
	if (begin_node(dot, NODE_DRIVER, driver)) {
		if (!streq(host->module, driver))
			print_line("module ", host->module);
		end_node();
	}
	return node_name(NODE_DRIVER, driver);
}

/* A host, and the driver that has it, or would have it */
static char *draw_host(struct dot *dot, const struct snapshot_host *host, const char *state,
		       const char *provider)
{
	char *name = node_name(NODE_HOST, host->name);

	if (begin_node(dot, NODE_HOST, host->name)) {
		print_line("on ", host->subsystem);
		print_line("", state);
		end_node();
	}
	if (host->driver) {
		_cleanup_free_ char *driver = draw_driver(dot, host, host->driver);

		draw_edge(dot, driver, name, "label=\" drives\"");
	}
	if (provider && !streq(provider, host->driver)) {
		_cleanup_free_ char *driver = draw_driver(dot, host, provider);

		draw_edge(dot, driver, name, "label=\" could attach\", style=dotted");
	}
	return name;
}

static char *draw_region(struct dot *dot, const struct snapshot_region *region)
{
	struct lock_answer lock;

	if (!begin_node(dot, NODE_REGION, region->name))
		return node_name(NODE_REGION, region->name);
	lock_infer(dot->answers, region, &lock);
	if (region->size != SNAPSHOT_NO_NUMBER) {
		_cleanup_free_ char *size = size_text(region->size, SIZE_UNIT);

		print_line("", size);
	}
	if (region->resource != SNAPSHOT_NO_NUMBER) {
		_cleanup_free_ char *at = xasprintf("0x%" PRIx64, region->resource);

		print_line("at ", at);
	}
	print_line("", region->driver ? "enabled" : "disabled");
	if (lock.reason != LOCK_NONE)
		print_line("locked: ", lock_reason_name(lock.reason));
	end_node();
	for (size_t i = 0; i < lock.nr_owners; i++) {
		const struct snapshot_host *host = &lock.owners[i]->host;
		_cleanup_free_ char *driver = draw_driver(dot, host, host->driver);
		_cleanup_free_ char *name = node_name(NODE_REGION, region->name);

		draw_edge(dot, driver, name, "label=\" owns\", style=bold, color=\"#a04100\"");
	}
	lock_answer_release(&lock);
	return node_name(NODE_REGION, region->name);
}

void dot_begin(struct dot *dot, const struct attach_answers *answers)
{
	*dot = (struct dot){.answers = answers};
	puts("digraph \"cxl list-attach\" {\n"
	     "\tgraph [charset=\"UTF-8\", fontname=\"sans-serif\", ranksep=0.6];\n"
	     "\tnode [fontname=\"sans-serif\", fontsize=11, style=filled];\n"
	     "\tedge [fontname=\"sans-serif\", fontsize=10];");
}

void dot_memdev(struct dot *dot, const struct snapshot_memdev *memdev)
{
	const struct attach_answer *answer = attach_of_memdev(dot->answers, memdev);
	_cleanup_free_ char *name = node_name(NODE_MEMDEV, memdev->name);
	_cleanup_free_ char *endpoint = draw_port(dot, memdev->endpoint), *host = NULL;

	if (begin_node(dot, NODE_MEMDEV, memdev->name)) {
		print_line("attach: ", attach_state_name(answer->state));
		end_node();
	}
	if (endpoint)
		draw_edge(dot, endpoint, name, "");
	host = draw_host(dot, &memdev->host, NULL, NULL);
	draw_edge(dot, host, name, "style=dashed");
	for (size_t i = 0; i < memdev->nr_regions; i++) {
		_cleanup_free_ char *region = draw_region(dot, memdev->regions[i]);

		draw_edge(dot, name, region, "");
	}
}

void dot_unattached(struct dot *dot, const struct snapshot_host *host, const char *state,
		    const char *provider, const struct snapshot_port *port)
{
	_cleanup_free_ char *above = draw_port(dot, port);
	_cleanup_free_ char *name = draw_host(dot, host, state, provider);

	if (above)
		draw_edge(dot, above, name, "style=dotted");
}

void dot_end(struct dot *dot)
{
	if (!dot->drawn)
		puts("\tgraph [label=\"nothing is listed\"];");
	puts("}");
	tdestroy(dot->drawn, free);
	*dot = (struct dot){0};
}
