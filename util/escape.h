/* SPDX-License-Identifier: LGPL-2.1-only */
#ifndef UTIL_ESCAPE_H
#define UTIL_ESCAPE_H

/*
 * Names from sysfs and lines of the kernel log may have any bytes in them. These functions make a
 * text harmless for what it is put into: nothing of it can be taken for markup. What is not UTF-8
 * becomes U+FFFD, and so do control characters, among them those that turn the order of a line
 * around. The caller frees the result.
 */

/** escape_html() - for HTML and SVG, between elements and in attributes; keeps lines and tabs */
char *escape_html(const char *text);

/**
 * escape_dot() - for a string of Graphviz, between its quotes: a label, or a name of a node
 *
 * Graphviz interprets a backslash and, as HTML, a "&" in what it draws.
 */
char *escape_dot(const char *text);

#endif
