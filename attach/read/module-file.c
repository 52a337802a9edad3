// SPDX-License-Identifier: LGPL-2.1-only
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <libkmod.h>
#include <link.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <syslog.h>
#include <unistd.h>

#include "attach/read/module-file.h"
#include "util/cleanup.h"
#include "util/memory.h"
#include "util/unread.h"

/* An ELF file of this machine's kind, in memory, and who wants its symbols */
struct elf {
	const uint8_t *data;
	size_t size;
	ElfW(Ehdr) header;
	void (*see)(const char *symbol, void *data);
	void *see_data;
};

/* An entry of __versions, with modversions (include/linux/module.h: struct modversion_info) */
struct version {
	unsigned long crc;
	char name[64 - sizeof(unsigned long)];
};

/* Copy from the file, in which structures need not be aligned; false if it is not so long */
static bool copy(const struct elf *elf, uint64_t offset, void *to, size_t size)
{
	if (offset > elf->size || size > elf->size - offset)
		return false;
	memcpy(to, elf->data + offset, size);
	return true;
}

static bool read_section(const struct elf *elf, size_t index, ElfW(Shdr) * section)
{
	return index < elf->header.e_shnum &&
	       copy(elf, elf->header.e_shoff + index * sizeof(*section), section,
		    sizeof(*section)) &&
	       section->sh_offset <= elf->size &&
	       section->sh_size <= elf->size - section->sh_offset;
}

/* Return the text at @offset in a section of texts, which ends with a null byte; or NULL */
static const char *text_in(const struct elf *elf, const ElfW(Shdr) * section, uint64_t offset)
{
	const char *texts = (const char *)elf->data + section->sh_offset;

	return offset < section->sh_size && texts[section->sh_size - 1] == '\0' ? texts + offset
										: NULL;
}

static bool read_symbols(const struct elf *elf, const ElfW(Shdr) * section)
{
	ElfW(Shdr) names;
	ElfW(Sym) symbol;

	if (!read_section(elf, section->sh_link, &names))
		return false;
	for (uint64_t at = 0; at + sizeof(symbol) <= section->sh_size; at += sizeof(symbol)) {
		const char *name;

		copy(elf, section->sh_offset + at, &symbol, sizeof(symbol));
		name = text_in(elf, &names, symbol.st_name);
		if (!name)
			return false;
		if (symbol.st_shndx == SHN_UNDEF)
			elf->see(name, elf->see_data);
	}
	return true;
}

static void read_versions(const struct elf *elf, const ElfW(Shdr) * section)
{
	struct version version;

	for (uint64_t at = 0; at + sizeof(version) <= section->sh_size; at += sizeof(version)) {
		copy(elf, section->sh_offset + at, &version, sizeof(version));
		version.name[sizeof(version.name) - 1] = '\0';
		elf->see(version.name, elf->see_data);
	}
}

static bool read_sections(const struct elf *elf)
{
	ElfW(Shdr) names, section = {0};
	bool found = false;

	if (!read_section(elf, elf->header.e_shstrndx, &names))
		return false;
	for (size_t i = 1; i < elf->header.e_shnum; i++) {
		const char *name;

		if (!read_section(elf, i, &section)) {
			/* It has a size, but no content. */
			if (section.sh_type == SHT_NOBITS)
				continue;
			return false;
		}
		name = text_in(elf, &names, section.sh_name);
		if (!name || (section.sh_type == SHT_SYMTAB && !read_symbols(elf, &section)))
			return false;
		if (strcmp(name, "__versions") == 0)
			read_versions(elf, &section);
		found |= section.sh_type == SHT_SYMTAB;
	}
	return found;
}

/* Test for an ELF file as this machine's modules are, with sections that can be read */
static bool read_elf(struct elf *elf)
{
	static const unsigned char magic[] = {
		ELFMAG0,
		ELFMAG1,
		ELFMAG2,
		ELFMAG3,
		sizeof(void *) == 8 ? ELFCLASS64 : ELFCLASS32,
		__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? ELFDATA2LSB : ELFDATA2MSB,
	};

	return copy(elf, 0, &elf->header, sizeof(elf->header)) &&
	       memcmp(elf->header.e_ident, magic, sizeof(magic)) == 0 &&
	       elf->header.e_shentsize == sizeof(ElfW(Shdr)) && read_sections(elf);
}

/* Open a file for libkmod, without any configuration or index */
static struct kmod_module *open_kmod(struct root root, const char *path)
{
	static const char *const no_configuration[] = {NULL};
	_cleanup_free_ char *file = root_path(root, path);
	struct kmod_ctx *ctx = memory_check(kmod_new("/", no_configuration));
	struct kmod_module *kmod = NULL;

	kmod_set_log_priority(ctx, LOG_CRIT);
	unread_note(AT_FDCWD, path, kmod_module_new_from_path(ctx, file, &kmod));
	kmod_unref(ctx);
	return kmod;
}

static int kmod_symbols(struct root root, const char *path,
			void (*see)(const char *symbol, void *data), void *data)
{
	struct kmod_module *kmod = open_kmod(root, path);
	struct kmod_list *list = NULL, *entry;
	int rc = kmod ? unread_note(AT_FDCWD, path, kmod_module_get_dependency_symbols(kmod, &list))
		      : -ENOEXEC;

	kmod_list_foreach(entry, list)
	{
		see(kmod_module_dependency_symbol_get_symbol(entry), data);
	}
	kmod_module_dependency_symbols_free_list(list);
	if (kmod)
		kmod_module_unref(kmod);
	return rc < 0 ? rc : 0;
}

int module_file_symbols(struct root root, const char *path,
			void (*see)(const char *symbol, void *data), void *data)
{
	_cleanup_close_ int fd = root_open_file(root, path, O_RDONLY);
	struct elf elf = {.see = see, .see_data = data};
	struct stat status;
	void *map;
	bool done;

	if (fd < 0)
		return fd;
	if (fstat(fd, &status) < 0)
		return unread_note(AT_FDCWD, path, -errno);
	/* Too short for a module in any form */
	if (!S_ISREG(status.st_mode) || (size_t)status.st_size < sizeof(elf.header))
		return -ENOEXEC;
	elf.size = (size_t)status.st_size;
	map = mmap(NULL, elf.size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (map == MAP_FAILED)
		return unread_note(AT_FDCWD, path, -errno);
	elf.data = map;
	done = read_elf(&elf);
	munmap(map, elf.size);
	return done ? 0 : kmod_symbols(root, path, see, data);
}

char *module_file_version(struct root root, const char *path)
{
	struct kmod_module *kmod = open_kmod(root, path);
	struct kmod_list *list = NULL, *entry;
	char *version = NULL;

	if (kmod)
		unread_note(AT_FDCWD, path, kmod_module_get_info(kmod, &list));
	kmod_list_foreach(entry, list)
	{
		const char *key = kmod_module_info_get_key(entry);
		const char *value = kmod_module_info_get_value(entry);

		if (strcmp(key, "version") == 0) {
			free(version);
			version = memory_check(strdup(value));
			break;
		}
		if (!version && strcmp(key, "vermagic") == 0)
			version = memory_check(strndup(value, strcspn(value, " ")));
	}
	kmod_module_info_free_list(list);
	if (kmod)
		kmod_module_unref(kmod);
	return version;
}
