using System.Text.Unicode;
using Microsoft.AspNetCore.Http.Features;
using NextLayer.ControlPlane.Platform.Errors;

namespace NextLayer.ControlPlane.Platform.Requests;

/// <summary>
/// Refuses addresses whose percent-encoding is broken, is no UTF-8 or hides a NUL: what comes after would see different
/// text than was meant, or text that Postgres refuses.
/// </summary>
internal sealed class AddressGuard(RequestDelegate next)
{
    public Task InvokeAsync(HttpContext context)
    {
        var target = context.Features.Get<IHttpRequestFeature>()?.RawTarget ?? "";
        return !target.Contains('%', StringComparison.Ordinal) || IsSound(target)
            ? next(context)
            : Problems.BadRequest(
                "invalid_address",
                "The address holds a percent-encoding that is broken, is not UTF-8 or stands for U+0000.").ExecuteAsync(context);
    }

    private static bool IsSound(string target)
    {
        var bytes = new byte[target.Length];
        var length = 0;
        for (var i = 0; i < target.Length; i++)
        {
            if (target[i] != '%')
            {
                bytes[length++] = (byte)target[i]; // Kestrel lets only ASCII through here.
                continue;
            }

            if (i + 2 >= target.Length || !byte.TryParse(target.AsSpan(i + 1, 2), System.Globalization.NumberStyles.AllowHexSpecifier, null, out var value)
                || value == 0)
                return false;
            bytes[length++] = value;
            i += 2;
        }

        return Utf8.IsValid(bytes.AsSpan(0, length));
    }
}
