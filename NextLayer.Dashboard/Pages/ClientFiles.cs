using Microsoft.AspNetCore.StaticFiles;

namespace NextLayer.Dashboard.Pages;

/// <summary>Serves the built files, packed as the browser likes them best.</summary>
internal static class ClientFiles
{
    // Names of files under /assets hold a hash of their content: another content is another name.
    private const string Forever = "public, max-age=31536000, immutable";
    private const string AskFirst = "no-cache";

    private static readonly (string Encoding, string Suffix)[] Packings = [("br", ".br"), ("gzip", ".gz")];

    public static void UseClientFiles(this WebApplication app)
    {
        app.Use((context, next) =>
        {
            ChoosePacking(context, app.Environment.WebRootFileProvider);
            return next(context);
        });
        app.UseStaticFiles(new StaticFileOptions
        {
            ContentTypeProvider = new PackedTypes(),
            OnPrepareResponse = file =>
            {
                file.Context.Response.Headers.CacheControl = file.Context.Request.Path.StartsWithSegments("/assets") ? Forever : AskFirst;
                file.Context.Response.Headers.XContentTypeOptions = "nosniff";
            },
        });
    }

    private static void ChoosePacking(HttpContext context, Microsoft.Extensions.FileProviders.IFileProvider files)
    {
        var path = context.Request.Path;
        if (!path.StartsWithSegments("/assets") || path.Value!.EndsWith(".br", StringComparison.Ordinal) || path.Value.EndsWith(".gz", StringComparison.Ordinal))
            return;
        foreach (var (encoding, suffix) in Packings)
        {
            if (!context.Request.Headers.AcceptEncoding.ToString().Contains(encoding, StringComparison.OrdinalIgnoreCase))
                continue;
            if (!files.GetFileInfo(path.Value + suffix).Exists)
                continue;
            context.Request.Path = path.Value + suffix;
            context.Response.Headers.ContentEncoding = encoding;
            context.Response.Headers.Vary = "Accept-Encoding";
            return;
        }
    }

    /// <summary>A packed file has the type of what is in it.</summary>
    private sealed class PackedTypes : IContentTypeProvider
    {
        private readonly FileExtensionContentTypeProvider types = new();

        public bool TryGetContentType(string subpath, out string contentType) =>
            types.TryGetContentType(
                Packings.Any(p => subpath.EndsWith(p.Suffix, StringComparison.Ordinal)) ? subpath[..^3] : subpath,
                out contentType!); // Not null where it answers true.
    }
}
