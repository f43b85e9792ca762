/* SPDX-License-Identifier: MIT */
#include "tshark.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "gaps.h"
#include "text.h"

#define ARGUMENTS_MAX 24
#define LINE_MAX_LENGTH 512

/* The file descriptor from which tshark loads the script. */
#define SCRIPT_FILE 3
#define SCRIPT_OPTION "lua_script:/dev/fd/3"

bool tshark_is_there(void)
{
    const char *path = getenv("PATH");
    bool found = false;

    while (path != NULL && *path != '\0' && !found) {
        size_t length = strcspn(path, ":");
        char *folder = text_copy_part(path, length);
        char *file = text_print("%s/tshark", folder);

        found = access(file, X_OK) == 0;
        free(file);
        free(folder);
        path += length + (path[length] == ':');
    }
    return found;
}

/* Starts a child with these files. in can be -1 for the program's own input, script can be -1 for
 * none. */
static pid_t start(char *const *arguments, int in, int out, int complaints, int script)
{
    pid_t pid = fork();

    if (pid != 0) {
        return pid;
    }
    if ((in >= 0 && dup2(in, STDIN_FILENO) < 0) || dup2(out, STDOUT_FILENO) < 0 ||
        dup2(complaints, STDERR_FILENO) < 0 ||
        (script >= 0 && script != SCRIPT_FILE && dup2(script, SCRIPT_FILE) < 0)) {
        _exit(127);
    }
    for (int file = SCRIPT_FILE + (script >= 0); file < 64; file++) {
        close(file);
    }
    execvp(arguments[0], arguments);
    perror(arguments[0]);
    _exit(127);
}

/* The process that an interrupt ends; what was captured until then is explained. */
static volatile sig_atomic_t capturing;

static void on_interrupt(int number)
{
    (void)number;
    (void)kill((pid_t)capturing, SIGINT);
}

static void end_by_interrupt(pid_t dumpcap)
{
    struct sigaction action = {.sa_handler = on_interrupt, .sa_flags = SA_RESTART};

    capturing = dumpcap;
    (void)sigaction(SIGINT, &action, NULL);
    (void)sigaction(SIGTERM, &action, NULL);
}

static pid_t start_dumpcap(const char *interface, int out, int complaints)
{
    char name[256];
    char *arguments[] = {"dumpcap", "-q", "-i", name, "-w", "-", NULL};

    if (strlen(interface) >= sizeof name) {
        return -1;
    }
    memcpy(name, interface, strlen(interface) + 1);
    return start(arguments, -1, out, complaints, -1);
}

static pid_t start_tshark(const char *path, const char *keylog, int in, int out, int complaints,
                          int script)
{
    char *keys = keylog != NULL ? text_print("tls.keylog_file:%s", keylog) : NULL;
    char *file = text_copy(in >= 0 ? "-" : path);
    char *arguments[ARGUMENTS_MAX] = {"tshark",
                                      "-n",
                                      "-l",
                                      "-r",
                                      file,
                                      "-o",
                                      "tcp.reassemble_out_of_order:TRUE",
                                      "-o",
                                      "sdp.establish_conversation:FALSE",
                                      "-o",
                                      "udp.try_heuristic_first:TRUE",
                                      "-o",
                                      "tcp.analyze_sequence_numbers:TRUE",
                                      "-X",
                                      SCRIPT_OPTION,
                                      "-U",
                                      "OSI layer 7",
                                      "-w",
                                      "-"};
    pid_t pid;

    if (keys != NULL) {
        arguments[19] = "-o";
        arguments[20] = keys;
    }
    pid = start(arguments, in, out, complaints, script);
    free(keys);
    free(file);
    return pid;
}

/* Writes to a file without a name. */
static FILE *write_script(void)
{
    FILE *file = tmpfile();

    if (file != NULL &&
        (fputs(gaps_script, file) == EOF || fflush(file) != 0 || fseek(file, 0, SEEK_SET) != 0)) {
        fclose(file);
        return NULL;
    }
    return file;
}

bool tshark_start(struct tshark *tshark, const char *path, const char *interface,
                  const char *keylog)
{
    int out[2] = {-1, -1};
    int live[2] = {-1, -1};
    FILE *script = write_script();
    int complaints;

    *tshark = (struct tshark){.complaints = tmpfile()};
    if (script == NULL || tshark->complaints == NULL || pipe(out) != 0 ||
        (interface != NULL && pipe(live) != 0)) {
        perror("sst-explain");
        return false;
    }
    complaints = fileno(tshark->complaints);
    if (interface != NULL) {
        tshark->dumpcap = start_dumpcap(interface, live[1], complaints);
    }
    tshark->pid = start_tshark(path, keylog, live[0], out[1], complaints, fileno(script));
    fclose(script);
    close(out[1]);
    if (interface != NULL) {
        close(live[0]);
        close(live[1]);
    }
    tshark->out = fdopen(out[0], "rb");
    if (tshark->dumpcap > 0) {
        end_by_interrupt(tshark->dumpcap);
    }
    return tshark->pid > 0 && tshark->dumpcap >= 0 && tshark->out != NULL;
}

/* The next whole line of tshark's messages. tshark shares the file and writes at its end, so the
 * read position is kept here. @return false: no line yet */
static bool next_line(const struct tshark *tshark, char *line)
{
    ssize_t length = pread(fileno(tshark->complaints), line, LINE_MAX_LENGTH - 1, tshark->heard);

    if (length <= 0) {
        return false;
    }
    line[length] = '\0';
    if (strchr(line, '\n') == NULL) {
        return length == LINE_MAX_LENGTH - 1; /* longer than any of our lines */
    }
    *(strchr(line, '\n') + 1) = '\0';
    return true;
}

bool tshark_gap(struct tshark *tshark, unsigned long frame, struct packet *gap)
{
    char line[LINE_MAX_LENGTH];

    while (next_line(tshark, line)) {
        bool found = gaps_read(line, gap);

        if (found && gap->frame > frame) {
            return false;
        }
        tshark->heard += (off_t)strlen(line);
        tshark->tells_gaps = tshark->tells_gaps || gaps_are_told(line);
        if (found) {
            return true;
        }
    }
    return false;
}

static void print_complaints(FILE *file)
{
    char line[LINE_MAX_LENGTH];
    struct packet gap;

    if (fseek(file, 0, SEEK_SET) != 0) {
        perror("sst-explain: cannot read tshark's messages");
        return;
    }
    while (fgets(line, sizeof line, file) != NULL) {
        /* tshark warns about running as root at each start. */
        if (strstr(line, "Running as user") == NULL && !gaps_are_told(line) &&
            !gaps_read(line, &gap) && line[0] != '\n') {
            fputs(line, stderr);
        }
    }
}

bool tshark_end(struct tshark *tshark)
{
    int status = 0;
    bool good = waitpid(tshark->pid, &status, 0) == tshark->pid && status == 0;

    if (tshark->dumpcap > 0) {
        (void)waitpid(tshark->dumpcap, &status, 0);
        good = good && status == 0;
    }
    if (!good) {
        print_complaints(tshark->complaints);
    }
    fclose(tshark->complaints);
    return good;
}
