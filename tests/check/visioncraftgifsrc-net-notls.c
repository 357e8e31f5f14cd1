/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "gstvisioncraftgifsrc.h"
#include "netrun.h"

#include <string.h>

#include <gst/check/gstcheck.h>

/* Runs with GIO_USE_TLS=dummy, see meson.build: as where glib-networking is not
 * installed. */

GST_START_TEST (test_without_a_tls_module_the_error_names_the_package)
{
  g_autoptr (MockServer) server = net_server_new (NULL, NULL);
  g_autofree char *https = g_strdup_printf (
      "https%s", mock_server_get_url (server) + strlen ("http"));
  const NetRow row = { NULL, NULL, RESOURCE (OPEN_READ), 0, 0, "connect", 0, 1,
    .words = "glib-networking" };
  GstHarness *h = source_harness_new (NULL);

  net_set (h->element, NET_SETTINGS);
  g_object_set (h->element, "api-url", https, NULL);
  net_run_harness (h, server, &row);
  net_harness_free (h);
}
GST_END_TEST;

static Suite *
visioncraftgifsrc_net_notls_suite (void)
{
  TCase *tc;
  Suite *s = source_suite_new ("visioncraftgifsrc-net-notls", &tc);

  tcase_add_test (tc, test_without_a_tls_module_the_error_names_the_package);
  return s;
}

GST_CHECK_MAIN (visioncraftgifsrc_net_notls);
