/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "vcvalidator.h"

#include <string.h>

void
vc_validator_clear (VcValidator *validator)
{
  g_clear_pointer (&validator->etag, g_free);
  g_clear_pointer (&validator->modified, g_free);
}

/* A strong one (RFC 9110 §8.8.1), or NULL. */
static const char *
strong_etag (SoupMessageHeaders *headers)
{
  const char *etag = soup_message_headers_get_one (headers, "ETag");

  return etag != NULL && etag[0] == '"' ? etag : NULL;
}

static const char *
last_modified (SoupMessageHeaders *headers)
{
  return soup_message_headers_get_one (headers, "Last-Modified");
}

void
vc_validator_set (VcValidator *validator, SoupMessageHeaders *headers)
{
  vc_validator_clear (validator);
  validator->etag = g_strdup (strong_etag (headers));
  validator->modified = g_strdup (last_modified (headers));
}

gboolean
vc_validator_differs (const VcValidator *validator, SoupMessageHeaders *headers)
{
  if (validator->etag != NULL && strong_etag (headers) != NULL)
    return strcmp (validator->etag, strong_etag (headers)) != 0;
  if (validator->modified != NULL && last_modified (headers) != NULL)
    return strcmp (validator->modified, last_modified (headers)) != 0;
  return FALSE;
}

void
vc_validator_ask_range (
    const VcValidator *validator, SoupMessageHeaders *headers, guint64 offset)
{
  const char *text =
      validator->etag != NULL ? validator->etag : validator->modified;

  if (text == NULL)
    return;
  soup_message_headers_set_range (headers, offset, -1);
  soup_message_headers_replace (headers, "If-Range", text);
}
