/* SPDX-License-Identifier: MIT */
#include "tshark.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "text.h"

#define ARGUMENTS_MAX 20

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

/* A child with these standard files; in may be -1, for the program's own. */
static pid_t start(char *const *arguments, int in, int out, int complaints)
{
    pid_t pid = fork();

    if (pid != 0) {
        return pid;
    }
    if ((in >= 0 && dup2(in, STDIN_FILENO) < 0) || dup2(out, STDOUT_FILENO) < 0 ||
        dup2(complaints, STDERR_FILENO) < 0) {
        _exit(127);
    }
    for (int file = 3; file < 64; file++) {
        close(file);
    }
    execvp(arguments[0], arguments);
    perror(arguments[0]);
    _exit(127);
}

/* Whom an interrupt ends: what was captured until then is explained. */
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
    return start(arguments, -1, out, complaints);
}

static pid_t start_tshark(const char *path, const char *keylog, int in, int out, int complaints)
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
                                      "-U",
                                      "OSI layer 7",
                                      "-w",
                                      "-"};
    pid_t pid;

    if (keys != NULL) {
        arguments[15] = "-o";
        arguments[16] = keys;
    }
    pid = start(arguments, in, out, complaints);
    free(keys);
    free(file);
    return pid;
}

bool tshark_start(struct tshark *tshark, const char *path, const char *interface,
                  const char *keylog)
{
    int out[2] = {-1, -1};
    int live[2] = {-1, -1};
    int complaints;

    *tshark = (struct tshark){.complaints = tmpfile()};
    if (tshark->complaints == NULL || pipe(out) != 0 || (interface != NULL && pipe(live) != 0)) {
        perror("sst-explain");
        return false;
    }
    complaints = fileno(tshark->complaints);
    if (interface != NULL) {
        tshark->dumpcap = start_dumpcap(interface, live[1], complaints);
    }
    tshark->pid = start_tshark(path, keylog, live[0], out[1], complaints);
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

static void print_complaints(FILE *file)
{
    char line[512];

    if (fseek(file, 0, SEEK_SET) != 0) {
        perror("sst-explain: what tshark complains about");
        return;
    }
    while (fgets(line, sizeof line, file) != NULL) {
        /* It warns about being root at each start. */
        if (strstr(line, "Running as user") == NULL && line[0] != '\n') {
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
