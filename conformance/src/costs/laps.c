/* A plugin for QEMU 7 and later, built on demand: counts the instructions that run between
   `samewire_begin` and `samewire_end`, and writes a line for each `samewire_lap`.
   Argument: out=FILE. What QEMU's header would declare stands here, since packages leave it out. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

typedef uint64_t plugin_id;
struct qemu_plugin_tb;
struct qemu_plugin_insn;
typedef void (*on_translation)(plugin_id, struct qemu_plugin_tb *);
typedef void (*on_run)(unsigned int, void *);
typedef void (*on_exit)(plugin_id, void *);
enum inline_op { ADD_U64 };
enum registers { NO_REGISTERS };

void qemu_plugin_register_vcpu_tb_trans_cb(plugin_id, on_translation);
void qemu_plugin_register_atexit_cb(plugin_id, on_exit, void *);
void qemu_plugin_register_vcpu_insn_exec_cb(struct qemu_plugin_insn *, on_run, enum registers, void *);
void qemu_plugin_register_vcpu_insn_exec_inline(struct qemu_plugin_insn *, enum inline_op, void *,
                                                uint64_t);
size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *);
struct qemu_plugin_insn *qemu_plugin_tb_get_insn(const struct qemu_plugin_tb *, size_t);
const char *qemu_plugin_insn_symbol(const struct qemu_plugin_insn *);

#define EXPORT __attribute__((visibility("default")))
EXPORT int qemu_plugin_version = 1;

static uint64_t run, begun, lap;
static FILE *out;

static void begin(unsigned int cpu, void *data) { begun = run; }
static void end(unsigned int cpu, void *data) { lap += run - begun; }
static void finish(unsigned int cpu, void *data) {
    fprintf(out, "%llu\n", (unsigned long long)lap);
    lap = 0;
}

/* A mark begins a block of its own, for it is called. */
static void mark(struct qemu_plugin_insn *first) {
    const char *name = qemu_plugin_insn_symbol(first);
    on_run what = NULL;
    if (!name) return;
    if (!strcmp(name, "samewire_begin")) what = begin;
    if (!strcmp(name, "samewire_end")) what = end;
    if (!strcmp(name, "samewire_lap")) what = finish;
    if (what) qemu_plugin_register_vcpu_insn_exec_cb(first, what, NO_REGISTERS, NULL);
}

static void translated(plugin_id id, struct qemu_plugin_tb *block) {
    size_t count = qemu_plugin_tb_n_insns(block);
    for (size_t i = 0; i < count; i++) {
        struct qemu_plugin_insn *one = qemu_plugin_tb_get_insn(block, i);
        if (i == 0) mark(one);
        qemu_plugin_register_vcpu_insn_exec_inline(one, ADD_U64, &run, 1);
    }
}

static void ended(plugin_id id, void *data) { fclose(out); }

EXPORT int qemu_plugin_install(plugin_id id, const void *info, int argc, char **argv) {
    for (int i = 0; i < argc; i++)
        if (!strncmp(argv[i], "out=", 4)) out = fopen(argv[i] + 4, "w");
    if (!out) return 1;
    qemu_plugin_register_vcpu_tb_trans_cb(id, translated);
    qemu_plugin_register_atexit_cb(id, ended, NULL);
    return 0;
}
