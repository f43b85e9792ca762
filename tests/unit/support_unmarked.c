/* SPDX-License-Identifier: MIT */
/*
 * In the place of libcheck's _mark_point(), which writes a file at each assertion that holds: most
 * of the time of a suite that makes a million of them. A sanitizer's report says where a crash was.
 */
void unmarked(const char *file, int line);

void unmarked(const char *file, int line)
{
    (void)file;
    (void)line;
}
