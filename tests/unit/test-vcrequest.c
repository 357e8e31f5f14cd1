/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "vcrequest.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <glib/gstdio.h>

static VcRequest *
request_new (void)
{
  VcRequest *request = vc_request_new ();

  request->api_url = g_strdup ("https://api.example");
  request->token = g_strdup ("token");
  request->prompt = g_strdup ("a fox");
  request->sampler = g_strdup ("Euler");
  request->ssl_strict = TRUE;
  return request;
}

static void
assert_check (VcRequest *request, const char *text)
{
  g_autoptr (GError) error = NULL;

  if (text == NULL) {
    g_assert_true (vc_request_check (request, &error));
    g_assert_no_error (error);
    return;
  }
  g_assert_false (vc_request_check (request, &error));
  g_assert_error (error, VC_ERROR, VC_ERROR_SETTING);
  g_test_message ("%s", error->message);
  g_assert_nonnull (strstr (error->message, text));
  g_assert_true (g_str_has_suffix (error->message, "."));
}

static void
test_the_token_goes_in_clear_text_to_this_machine_only (void)
{
  static const struct
  {
    const char *api_url, *text;
  } rows[] = {
    { "https://api.example", NULL },
    { "HTTPS://api.example/v1/", NULL },
    { "http://127.0.0.1:8080", NULL },
    { "http://127.9.9.9", NULL },
    { "http://[::1]:80", NULL },
    { "http://localhost/x", NULL },
    { "http://LOCALHOST", NULL },
    { "http://a.localhost", NULL },
    { "http://api.example", "readable for everyone" },
    { "HTTP://api.example", "readable for everyone" },
    { "http://127.0.0.1.example", "readable for everyone" },
    { "http://localhost.example", "readable for everyone" },
    { "http://notlocalhost", "readable for everyone" },
    { "http://0.0.0.0", "readable for everyone" },
    { "http://10.0.0.1", "readable for everyone" },
    { "ftp://api.example", "must begin with" },
    { "file:///x", "not an address" },
    { "api.example", "not an address" },
    { "https://", "not an address" },
    { "https://a%20b.example", "not an address" },
    { "https://a|b.example", "not an address" },
    { "https://[::1]:80", NULL },
    { "https://b\303\274cher.example", NULL },
    { "", "not an address" },
    { "https://me:x@api.example", "user name" },
    { "https://api.example/?a=b", "a ? or a #" },
    { "https://api.example/#a", "a ? or a #" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (VcRequest) request = request_new ();

    g_test_message ("%s", rows[i].api_url);
    vc_request_set_string (&request->api_url, rows[i].api_url);
    assert_check (request, rows[i].text);
    request->ssl_strict = FALSE;
    if (g_strcmp0 (rows[i].text, "readable for everyone") == 0)
      assert_check (request, NULL);
  }
}

static void
test_what_is_missing_or_senseless_is_named (void)
{
  static const struct
  {
    gsize field;
    const char *value, *text;
  } rows[] = {
    { G_STRUCT_OFFSET (VcRequest, prompt), NULL, "no prompt" },
    { G_STRUCT_OFFSET (VcRequest, prompt), "", "no prompt" },
    { G_STRUCT_OFFSET (VcRequest, prompt), "\xff", "UTF-8" },
    { G_STRUCT_OFFSET (VcRequest, negative_prompt), "\xff", "UTF-8" },
    { G_STRUCT_OFFSET (VcRequest, sampler), "\xff", "UTF-8" },
    { G_STRUCT_OFFSET (VcRequest, sampler), "", "no sampler" },
    { G_STRUCT_OFFSET (VcRequest, token), NULL, "VISIONCRAFT_TOKEN" },
    { G_STRUCT_OFFSET (VcRequest, token), "", "docs/api-key.md" },
    { G_STRUCT_OFFSET (VcRequest, token), "", "--set-token" },
    { G_STRUCT_OFFSET (VcRequest, token), "a b", "The token holds" },
    { G_STRUCT_OFFSET (VcRequest, token), "a\nb", "The token holds" },
    { G_STRUCT_OFFSET (VcRequest, token), "\303\244", "The token holds" },
    { G_STRUCT_OFFSET (VcRequest, endpoint), "generate-gif", NULL },
    { G_STRUCT_OFFSET (VcRequest, endpoint), "beta/generate-gif", NULL },
    { G_STRUCT_OFFSET (VcRequest, endpoint), "v1.2_~x", NULL },
    { G_STRUCT_OFFSET (VcRequest, endpoint), "", "endpoint" },
    { G_STRUCT_OFFSET (VcRequest, endpoint), "/generate-gif", "endpoint" },
    { G_STRUCT_OFFSET (VcRequest, endpoint), "generate-gif/", "endpoint" },
    { G_STRUCT_OFFSET (VcRequest, endpoint), "a//b", "endpoint" },
    { G_STRUCT_OFFSET (VcRequest, endpoint), "../admin", "endpoint" },
    { G_STRUCT_OFFSET (VcRequest, endpoint), "a/./b", "endpoint" },
    { G_STRUCT_OFFSET (VcRequest, endpoint), "a?b", "endpoint" },
    { G_STRUCT_OFFSET (VcRequest, endpoint), "a#b", "endpoint" },
    { G_STRUCT_OFFSET (VcRequest, endpoint), "a%2fb", "endpoint" },
    { G_STRUCT_OFFSET (VcRequest, endpoint), "a b", "endpoint" },
    { G_STRUCT_OFFSET (VcRequest, endpoint), "http://x.example", "endpoint" },
    { G_STRUCT_OFFSET (VcRequest, authorization), "Basic YTpi", NULL },
    { G_STRUCT_OFFSET (VcRequest, authorization), "bearer a.b-c", NULL },
    { G_STRUCT_OFFSET (VcRequest, authorization), "", "authorization" },
    { G_STRUCT_OFFSET (VcRequest, authorization), "Basic", "authorization" },
    { G_STRUCT_OFFSET (VcRequest, authorization), "Basic ", "authorization" },
    { G_STRUCT_OFFSET (VcRequest, authorization), "YTpi", "authorization" },
    { G_STRUCT_OFFSET (VcRequest, authorization), "Digest x", "authorization" },
    { G_STRUCT_OFFSET (VcRequest, authorization), "Bearer a b",
        "authorization" },
    { G_STRUCT_OFFSET (VcRequest, authorization), "Bearer a\r\nX: y",
        "authorization" },
    { G_STRUCT_OFFSET (VcRequest, ssl_ca_file), "/none", "not a file" },
    { G_STRUCT_OFFSET (VcRequest, ssl_ca_file), "/dev/null", "not a file" },
    { G_STRUCT_OFFSET (VcRequest, user_agent), "a\r\nb", "user-agent" },
    { G_STRUCT_OFFSET (VcRequest, user_agent), "", NULL },
    { G_STRUCT_OFFSET (VcRequest, proxy), "http://", "proxy" },
    { G_STRUCT_OFFSET (VcRequest, proxy), "http://h:99999999", "proxy" },
    { G_STRUCT_OFFSET (VcRequest, proxy), "socks5://h:1080", NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (VcRequest) request = request_new ();

    vc_request_set_string (
        G_STRUCT_MEMBER_P (request, rows[i].field), rows[i].value);
    assert_check (request, rows[i].text);
  }
}

/* The job looks into the cache first, and asks vc_request_check_token() where it
 * finds nothing. */
static void
test_with_a_cache_the_token_is_asked_for_later (void)
{
  g_autoptr (VcRequest) request = request_new ();
  g_autoptr (GError) error = NULL;

  vc_request_set_string (&request->token, NULL);
  assert_check (request, "no token");
  vc_request_set_string (&request->cache_dir, "/nowhere");
  assert_check (request, NULL);
  g_assert_false (vc_request_check_token (request, &error));
  g_assert_error (error, VC_ERROR, VC_ERROR_SETTING);
}

static void
test_no_proxy_address_keeps_a_password (void)
{
  static const struct
  {
    const char *address, *proxy, *id, *pw;
  } rows[] = {
    { "http://h:3128", "http://h:3128", "old", "old" },
    { "h:3128", "http://h:3128", "old", "old" },
    { "", NULL, "old", "old" },
    { NULL, NULL, "old", "old" },
    { "http://ann:pw@h:3128", "http://h:3128", "ann", "pw" },
    { "ann:pw@h:3128", "http://h:3128", "ann", "pw" },
    { "http://ann@h", "http://h", "ann", "old" },
    { "http://a%40b:p%3Aw@h", "http://h", "a@b", "p:w" },
    { "http://ann:p/w?#@:@h", "http://h", "ann", "p/w?#@:" },
    { "http://ann:100%@h", "http://h", "ann", "100%" },
    { "socks5://ann:12/x@h:1", "socks5://h:1", "ann", "12/x" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (VcRequest) request = request_new ();

    vc_request_set_string (&request->proxy_id, "old");
    vc_request_set_string (&request->proxy_pw, "old");
    vc_request_set_proxy (request, rows[i].address);
    g_assert_cmpstr (request->proxy, ==, rows[i].proxy);
    g_assert_cmpstr (request->proxy_id, ==, rows[i].id);
    g_assert_cmpstr (request->proxy_pw, ==, rows[i].pw);
  }
}

/* --- token-file --- */

static char *
folder_new (void)
{
  char *folder = g_dir_make_tmp ("visioncraft-test-XXXXXX", NULL);

  g_assert_nonnull (folder);
  return folder;
}

static void
assert_token (const char *path, const char *token, const char *text)
{
  g_autoptr (VcRequest) request = request_new ();
  g_autoptr (GError) error = NULL;
  g_autofree char *warning = NULL;
  gboolean found;

  vc_request_set_string (&request->token, NULL);
  vc_request_set_string (&request->token_file, path);
  found = vc_request_find_token (request, "fallback", &warning, &error);
  g_assert_cmpstr (request->token, ==, token);
  if (token != NULL) {
    g_assert_no_error (error);
    g_assert_true (found);
    g_assert_cmpint (warning != NULL, ==, text != NULL);
    if (text != NULL)
      g_assert_nonnull (strstr (warning, text));
    return;
  }
  g_assert_false (found);
  g_assert_error (error, VC_ERROR, VC_ERROR_SETTING);
  g_assert_nonnull (strstr (error->message, path));
  g_assert_nonnull (strstr (error->message, text));
}

static void
test_a_token_file_is_a_small_file_s_first_line (void)
{
  g_autofree char *folder = folder_new ();
  g_autofree char *path = g_build_filename (folder, "key", NULL);
  g_autofree char *fifo = g_build_filename (folder, "fifo", NULL);
  g_autofree char *large = g_strnfill (4097, 'x');
  g_autofree char *largest = g_strnfill (4096, 'x');
  const struct
  {
    const char *content, *token;
  } rows[] = { { "abc", "abc" }, { "abc\n", "abc" }, { "abc\r\n", "abc" },
    { "abc\nmore\n", "abc" }, { "\nabc", "" }, { "", "" },
    { largest, largest } };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_assert_true (g_file_set_contents_full (
        path, rows[i].content, -1, G_FILE_SET_CONTENTS_CONSISTENT, 0600, NULL));
    assert_token (path, rows[i].token, NULL);
  }
  g_assert_true (g_file_set_contents_full (
      path, "a\0b", 3, G_FILE_SET_CONTENTS_CONSISTENT, 0600, NULL));
  assert_token (path, "a b", NULL);
  g_assert_true (g_file_set_contents (path, large, -1, NULL));
  assert_token (path, NULL, "at most 4096 bytes");
  g_assert_cmpint (mkfifo (fifo, 0600), ==, 0);
  assert_token (fifo, NULL, "not a file");
  assert_token (folder, NULL, "not a file");
  assert_token ("/dev/zero", NULL, "not a file");
  assert_token ("/nowhere/key", NULL, "cannot be read");
  g_unlink (fifo);
  g_unlink (path);
  g_rmdir (folder);
}

/* Of a user's own files; the group's reading is fine with root's and with those
 * that systemd hands out. */
static const struct
{
  int mode;
  const char *warning, *roots;
} modes[] = {
  { 0600, NULL, NULL },
  { 0400, NULL, NULL },
  { 0440, "read", NULL },
  { 0640, "read", NULL },
  { 0604, "read", "read" },
  { 0644, "read", "read" },
  { 0620, "change", "change" },
  { 0660, "change", "change" },
  { 0602, "change", "change" },
};

static void
assert_modes (const char *path, gboolean trusted)
{
  for (guint i = 0; i < G_N_ELEMENTS (modes); i++) {
    g_assert_cmpint (g_chmod (path, modes[i].mode), ==, 0);
    g_test_message ("%o", modes[i].mode);
    assert_token (path, "abc", trusted ? modes[i].roots : modes[i].warning);
  }
}

static void
test_others_that_can_read_or_change_the_file_are_named (void)
{
  g_autofree char *folder = folder_new ();
  g_autofree char *path = g_build_filename (folder, "key", NULL);
  g_autofree char *longer = g_strconcat (folder, "x", NULL);
  gboolean is_root = geteuid () == 0;

  g_assert_true (g_file_set_contents (path, "abc\n", -1, NULL));
  if (is_root) {
    assert_modes (path, TRUE);
    g_assert_cmpint (chown (path, 65534, -1), ==, 0);
  } else {
    g_test_message ("not root: files that root owns are not looked at");
  }
  g_unsetenv ("CREDENTIALS_DIRECTORY");
  assert_modes (path, FALSE);
  g_setenv ("CREDENTIALS_DIRECTORY", folder, TRUE);
  assert_modes (path, TRUE);
  g_setenv ("CREDENTIALS_DIRECTORY", longer, TRUE);
  assert_modes (path, FALSE);
  g_unsetenv ("CREDENTIALS_DIRECTORY");
  g_unlink (path);
  g_rmdir (folder);
}

/* Whatever the name is: what is in it is somebody's environment. */
static void
test_nothing_in_proc_is_a_token_file (void)
{
  g_autofree char *folder = folder_new ();
  g_autofree char *link = g_build_filename (folder, "key", NULL);
  g_autofree char *linked = g_build_filename (folder, "proc", NULL);
  g_autofree char *behind = g_build_filename (linked, "self", "environ", NULL);
  const char *const paths[] = { "/proc/self/environ", "/proc/version",
    "/usr/../proc/self/status", "//proc//version", link, behind };

  g_assert_cmpint (symlink ("/proc/self/environ", link), ==, 0);
  g_assert_cmpint (symlink ("/proc", linked), ==, 0);
  for (guint i = 0; i < G_N_ELEMENTS (paths); i++)
    assert_token (paths[i], NULL, "in /proc");
  g_unlink (link);
  g_unlink (linked);
  g_rmdir (folder);
}

static void
test_the_token_is_set_or_in_the_file_or_the_fallback (void)
{
  g_autoptr (VcRequest) request = request_new ();
  g_autofree char *warning = NULL;

  vc_request_set_string (&request->token_file, "/nowhere/key");
  g_assert_true (vc_request_find_token (request, "f", &warning, NULL));
  g_assert_cmpstr (request->token, ==, "token");
  vc_request_set_string (&request->token, "");
  vc_request_set_string (&request->token_file, NULL);
  g_assert_true (vc_request_find_token (request, "f", &warning, NULL));
  g_assert_cmpstr (request->token, ==, "f");
}

static void
test_a_copy_owns_all_of_it (void)
{
  VcRequest *request = request_new ();
  g_autoptr (VcRequest) copy = NULL;

  vc_request_set_string (&request->proxy_pw, "pw");
  request->extra_headers = g_strsplit ("a b", " ", -1);
  copy = vc_request_copy (request);
  vc_request_free (request);
  g_assert_cmpstr (copy->token, ==, "token");
  g_assert_cmpstr (copy->proxy_pw, ==, "pw");
  g_assert_cmpstr (copy->extra_headers[1], ==, "b");
  assert_check (copy, NULL);
}

#define ADD(name) g_test_add_func ("/vcrequest/" #name, test_##name)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD (the_token_goes_in_clear_text_to_this_machine_only);
  ADD (what_is_missing_or_senseless_is_named);
  ADD (with_a_cache_the_token_is_asked_for_later);
  ADD (no_proxy_address_keeps_a_password);
  ADD (a_token_file_is_a_small_file_s_first_line);
  ADD (others_that_can_read_or_change_the_file_are_named);
  ADD (nothing_in_proc_is_a_token_file);
  ADD (the_token_is_set_or_in_the_file_or_the_fallback);
  ADD (a_copy_owns_all_of_it);
  return g_test_run ();
}
