/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "vcerror.h"

#include <string.h>

#include <libsoup/soup.h>

static void
test_each_status_has_its_code (void)
{
  static const struct
  {
    guint status;
    VcErrorCode code;
  } rows[] = {
    { 301, VC_ERROR_REDIRECT },
    { 400, VC_ERROR_PARAMETER },
    { 401, VC_ERROR_NOT_AUTHORIZED },
    { 402, VC_ERROR_PLAN },
    { 403, VC_ERROR_NOT_AUTHORIZED },
    { 404, VC_ERROR_NOT_FOUND },
    { 405, VC_ERROR_REFUSED },
    { 407, VC_ERROR_NOT_AUTHORIZED },
    { 408, VC_ERROR_TIMEOUT },
    { 409, VC_ERROR_BUSY },
    { 410, VC_ERROR_NOT_FOUND },
    { 413, VC_ERROR_PLAN },
    { 422, VC_ERROR_PARAMETER },
    { 423, VC_ERROR_BUSY },
    { 429, VC_ERROR_BUSY },
    { 499, VC_ERROR_REFUSED },
    { 500, VC_ERROR_SERVICE },
    { 503, VC_ERROR_BUSY },
    { 504, VC_ERROR_TIMEOUT },
    { 520, VC_ERROR_SERVICE },
    { 599, VC_ERROR_SERVICE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    g_assert_cmpint (
        vc_error_code_from_status (rows[i].status), ==, rows[i].code);
}

static void
test_each_fault_of_the_transport_has_its_code (void)
{
  const struct
  {
    GQuark domain;
    int code;
    int wanted; /* VcErrorCode */
    gboolean transient;
  } rows[] = {
    { G_RESOLVER_ERROR, G_RESOLVER_ERROR_NOT_FOUND, VC_ERROR_NOT_FOUND, FALSE },
    { G_RESOLVER_ERROR, G_RESOLVER_ERROR_TEMPORARY_FAILURE, VC_ERROR_CONNECT,
        TRUE },
    { G_IO_ERROR, G_IO_ERROR_CONNECTION_REFUSED, VC_ERROR_CONNECT, TRUE },
    { G_IO_ERROR, G_IO_ERROR_HOST_UNREACHABLE, VC_ERROR_CONNECT, TRUE },
    { G_IO_ERROR, G_IO_ERROR_NETWORK_UNREACHABLE, VC_ERROR_CONNECT, TRUE },
    { G_IO_ERROR, G_IO_ERROR_HOST_NOT_FOUND, VC_ERROR_NOT_FOUND, FALSE },
    { G_IO_ERROR, G_IO_ERROR_TIMED_OUT, VC_ERROR_TIMEOUT, TRUE },
    { G_IO_ERROR, G_IO_ERROR_CONNECTION_CLOSED, VC_ERROR_INTERRUPTED, TRUE },
    { G_IO_ERROR, G_IO_ERROR_PARTIAL_INPUT, VC_ERROR_INTERRUPTED, TRUE },
    { G_IO_ERROR, G_IO_ERROR_PROXY_AUTH_FAILED, VC_ERROR_NOT_AUTHORIZED,
        FALSE },
    { G_IO_ERROR, G_IO_ERROR_PROXY_FAILED, VC_ERROR_CONNECT, TRUE },
    { G_IO_ERROR, G_IO_ERROR_INVALID_DATA, VC_ERROR_REPLY, FALSE },
    { G_TLS_ERROR, G_TLS_ERROR_UNAVAILABLE, VC_ERROR_TLS_MISSING, FALSE },
    { G_TLS_ERROR, G_TLS_ERROR_HANDSHAKE, VC_ERROR_TLS, FALSE },
    { G_TLS_ERROR, G_TLS_ERROR_BAD_CERTIFICATE, VC_ERROR_TLS, FALSE },
    { G_TLS_ERROR, G_TLS_ERROR_NOT_TLS, VC_ERROR_TLS, TRUE },
    { G_TLS_ERROR, G_TLS_ERROR_EOF, VC_ERROR_INTERRUPTED, TRUE },
    { SOUP_SESSION_ERROR, SOUP_SESSION_ERROR_PARSING, VC_ERROR_REPLY, FALSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (GError) cause =
        g_error_new_literal (rows[i].domain, rows[i].code, "Some text.");
    g_autoptr (GError) error =
        vc_error_from_transport (cause, 0, "h.example", FALSE);

    g_assert_error (error, VC_ERROR, rows[i].wanted);
    g_assert_nonnull (strstr (error->message, "h.example"));
    if (rows[i].wanted != VC_ERROR_TIMEOUT
        && rows[i].domain != SOUP_SESSION_ERROR)
      g_assert_true (g_str_has_suffix (error->message, ": Some text."));
    g_assert_cmpint (vc_error_is_transient (cause), ==, rows[i].transient);
  }
}

static void
test_a_certificate_s_faults_are_named (void)
{
  g_autoptr (GError) cause = g_error_new_literal (
      G_TLS_ERROR, G_TLS_ERROR_BAD_CERTIFICATE, "Unacceptable");
  g_autoptr (GError) error = vc_error_from_transport (cause,
      G_TLS_CERTIFICATE_EXPIRED | G_TLS_CERTIFICATE_BAD_IDENTITY, "h.example",
      FALSE);

  g_assert_error (error, VC_ERROR, VC_ERROR_CERTIFICATE);
  g_assert_cmpstr (error->message, ==,
      "The certificate of h.example is not trusted: it belongs to another "
      "host, and it has expired (or this machine's clock is wrong).");
}

/* Where GIO's and libsoup's words lead nowhere. */
static void
test_what_a_fault_means_is_said (void)
{
  const struct
  {
    GQuark domain;
    int code;
    const char *text;
    gboolean is_proxy;
    const char *words;
  } rows[] = {
    { G_RESOLVER_ERROR, G_RESOLVER_ERROR_NOT_FOUND, "x", FALSE,
        "The host h.example could not be found: x." },
    { G_RESOLVER_ERROR, G_RESOLVER_ERROR_NOT_FOUND, "x", TRUE,
        "The connection to h.example failed: its name could not be found." },
    { G_RESOLVER_ERROR, G_RESOLVER_ERROR_TEMPORARY_FAILURE, "x", TRUE,
        "The connection to h.example failed: its name could not be found." },
    { G_TLS_ERROR, G_TLS_ERROR_MISC,
        "Peer sent fatal TLS alert: No supported application protocol could be "
        "negotiated",
        FALSE,
        "The server h.example does not speak HTTP/1.1: other versions, as "
        "HTTP/2, are not spoken here." },
    { SOUP_SESSION_ERROR, SOUP_SESSION_ERROR_PARSING, "x", FALSE,
        "The reply of h.example is not valid HTTP/1.1: other versions, as "
        "HTTP/2, are not spoken here." },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (GError) cause =
        g_error_new_literal (rows[i].domain, rows[i].code, rows[i].text);
    g_autoptr (GError) error =
        vc_error_from_transport (cause, 0, "h.example", rows[i].is_proxy);

    g_assert_cmpstr (error->message, ==, rows[i].words);
  }
}

static void
test_the_domain_has_a_name (void)
{
  g_assert_cmpstr (g_quark_to_string (VC_ERROR), ==, "vc-error-quark");
}

#define ADD(name) g_test_add_func ("/vcerror/" #name, test_##name)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD (each_status_has_its_code);
  ADD (each_fault_of_the_transport_has_its_code);
  ADD (a_certificate_s_faults_are_named);
  ADD (what_a_fault_means_is_said);
  ADD (the_domain_has_a_name);
  return g_test_run ();
}
