// SPDX-License-Identifier: LGPL-2.1-only
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "util/cleanup.h"
#include "util/escape.h"
#include "util/html.h"
#include "util/memory.h"
#include "util/replace.h"
#include "util/text.h"

/*
 * Each color is legible on the page's background, at a contrast of at least 4.5:1. What a color
 * says, a symbol, a word or the form of a line says, too.
 */
static const char style[] =
	":root{color-scheme:light dark;--page:#fff;--text:#1b1f24;--quiet:#57606a;--line:#d0d7de;"
	"--raised:#f6f8fa;--bar:#0b5cad;--exposure:#a04100;--passed:#116329;--failed:#a40e26}\n"
	"@media (prefers-color-scheme:dark){:root{--page:#0f1318;--text:#e6edf3;--quiet:#9aa4af;"
	"--line:#3a434d;--raised:#1a2028;--bar:#79b8ff;--exposure:#ffb077;--passed:#7ee2a0;"
	"--failed:#ff9a94}}\n"
	"*{box-sizing:border-box}\n"
	"body{margin:0;background:var(--page);color:var(--text);"
	"font:1rem/1.5 system-ui,sans-serif;overflow-wrap:anywhere}\n"
	"main{max-width:75rem;margin:0 auto;padding:1rem}\n"
	"h1{font-size:1.5rem}\nh2{font-size:1.25rem;margin-top:2rem}\nh3{font-size:1.05rem}\n"
	"dl{display:grid;grid-template-columns:max-content 1fr;gap:.2rem 1rem}\n"
	"dt{color:var(--quiet)}\ndd{margin:0}\n"
	/* A shadow at the right, as long as there is something to scroll to */
	".frame{position:relative;overflow-x:auto;margin:1rem 0;"
	"background:linear-gradient(to left,var(--page) 1rem,transparent) right/3rem 100% "
	"no-repeat local,linear-gradient(to left,var(--line),transparent) right/.75rem 100% "
	"no-repeat}\n"
	"table{border-collapse:collapse;min-width:100%;overflow-wrap:break-word}\n"
	"caption{position:sticky;left:0;text-align:left;color:var(--quiet);padding-bottom:.3rem;"
	"max-width:calc(100vw - 2rem)}\n"
	"th,td{text-align:left;vertical-align:top;padding:.3rem .6rem;"
	"border-bottom:1px solid var(--line);unicode-bidi:isolate}\n"
	"thead th{background:var(--raised)}\ntbody th{font-weight:600}\n"
	"th:has(~ td.tally){position:sticky;left:0;background:var(--page)}\n"
	"td:last-child{overflow-wrap:anywhere;min-width:7.5rem}\n"
	"td.drawn~td:last-child{min-width:5rem}\n"
	".number{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}\n"
	"td.drawn{min-width:5rem;width:45%}\n"
	"svg{display:block;width:100%;height:.9rem;margin-top:.3rem}\n"
	".bar{fill:var(--bar)}\n"
	".exposure{fill:none;stroke:var(--exposure);stroke-width:3;stroke-dasharray:5 3}\n"
	".found{fill:var(--failed)}\n.whole{fill:none;stroke:var(--failed);stroke-width:2}\n"
	"td.tally{white-space:nowrap;min-width:4rem}\n"
	".tally svg{max-width:6rem;height:.6rem;margin-top:0}\n"
	".passed{color:var(--passed)}\n.failed{color:var(--failed)}\n.unknown{color:var(--exposure)"
	"}\n"
	".result{font-weight:600}\ntd .result{white-space:nowrap}\n"
	"pre{background:var(--raised);padding:.6rem;overflow-x:auto;overflow-wrap:normal;"
	"font-size:.85rem}\n"
	"summary{cursor:pointer;padding:.3rem 0}\n"
	":focus-visible{outline:3px solid var(--bar);outline-offset:2px}\n"
	".said{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);"
	"white-space:nowrap}\n"
	"@media (max-width:30rem){main{padding:.5rem}table{font-size:.875rem}"
	"th,td{padding:.25rem}th.number{white-space:normal}td.drawn{min-width:4rem}}\n"
	"@media print{.frame,pre{overflow:visible}}\n";

void html_begin(struct html *page, const char *title)
{
	*page = (struct html){0};
	page->stream = memory_check(open_memstream(&page->text, &page->length));
	html_add(page,
		 "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n"
		 "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n"
		 "<meta http-equiv=\"Content-Security-Policy\" "
		 "content=\"default-src &#39;none&#39;; style-src &#39;unsafe-inline&#39;\"/>\n"
		 "<title>%s</title>\n<style>\n",
		 title);
	fputs(style, page->stream);
	html_add(page, "</style>\n</head>\n<body>\n<main>\n<h1>%s</h1>\n", title);
}

/* Put in the argument of the conversion at @format, which begins with "%"; returns what follows. */
static const char *add_argument(struct html *page, const char *format, va_list *arguments)
{
	if (format[1] == 's') {
		_cleanup_free_ char *escaped = escape_html(va_arg(*arguments, const char *) ?: "");

		fputs(escaped, page->stream);
		return format + strlen("%s");
	}
	if (strncmp(format, "%zu", strlen("%zu")) == 0) {
		fprintf(page->stream, "%zu", va_arg(*arguments, size_t));
		return format + strlen("%zu");
	}
	if (strncmp(format, "%.3f", strlen("%.3f")) == 0) {
		fprintf(page->stream, "%.3f", va_arg(*arguments, double));
		return format + strlen("%.3f");
	}
	if (format[1] != '%')
		abort();
	fputc('%', page->stream);
	return format + strlen("%%");
}

void html_add(struct html *page, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	while (*format) {
		size_t length = strcspn(format, "%");

		fwrite(format, 1, length, page->stream);
		format += length;
		if (*format)
			format = add_argument(page, format, &arguments);
	}
	va_end(arguments);
}

void html_table(struct html *page, const char *caption, const struct html_column *columns)
{
	html_add(page,
		 "<div class=\"frame\" role=\"group\" aria-label=\"%s\" tabindex=\"0\">\n"
		 "<table>\n<caption>%s</caption>\n<thead><tr>",
		 caption, caption);
	for (; columns->heading; columns++)
		html_add(page,
			 columns->has_numbers ? "<th scope=\"col\" class=\"number\">%s</th>"
					      : "<th scope=\"col\">%s</th>",
			 columns->heading);
	html_add(page, "</tr></thead>\n<tbody>\n");
}

void html_table_end(struct html *page)
{
	html_add(page, "</tbody>\n</table>\n</div>\n");
}

void html_result(struct html *page, const char *class, const char *word)
{
	const char *symbol = streq(class, "passed") ? "✓" : streq(class, "failed") ? "✗" : "?";

	html_add(page, "<span class=\"result %s\"><span aria-hidden=\"true\">%s</span> %s</span>",
		 class, symbol, word);
}

int html_write(struct html *page, const char *path)
{
	html_add(page, "</main>\n</body>\n</html>\n");
	if (fflush(page->stream) != 0)
		memory_check(NULL);
	return replace_file(path, page->text);
}

void html_release(struct html *page)
{
	if (page->stream)
		fclose(page->stream);
	free(page->text);
	*page = (struct html){0};
}
