/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef CXL_REPORT_DOT_H
#define CXL_REPORT_DOT_H

struct attach_answers;
struct snapshot_host;
struct snapshot_memdev;
struct snapshot_port;

/*
 * A graph in the language of Graphviz, on stdout: buses, ports, endpoints, memdevs, their hosts and
 * regions, and the drivers that own these. What a color says, a word says, too.
 *
 * The graph grows with what is added to it; nothing is drawn twice.
 */

struct dot {
	const struct attach_answers *answers;
	void *drawn; /* the names of all nodes and edges so far: a tree of tsearch(3) */
};

/** dot_begin() - an empty graph; ended with dot_end() */
void dot_begin(struct dot *dot, const struct attach_answers *answers);

/** dot_memdev() - a memdev with all that it hangs below, its host, its owner, and its regions */
void dot_memdev(struct dot *dot, const struct snapshot_memdev *memdev);

/**
 * dot_unattached() - a host that has no memdev
 * @state: "detached", "failed"
 * @provider: the driver that would attach it; or NULL
 * @port: that it is below; or NULL
 */
void dot_unattached(struct dot *dot, const struct snapshot_host *host, const char *state,
		    const char *provider, const struct snapshot_port *port);

/** dot_end() - end the graph, and release what belongs to it */
void dot_end(struct dot *dot);

#endif
