using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Mvc;
using Microsoft.EntityFrameworkCore;
using NextLayer.Contracts.Registry;
using NextLayer.ControlPlane.Platform.Validation;

namespace NextLayer.ControlPlane.Platform.Registry;

/// <summary>Which part of a list is asked for.</summary>
[QueryParameters]
internal sealed record PageQuery(
    [property: Range(1, 100), FromQuery(Name = "limit"), Description("Items on a page, 1 to 100.")] int Limit = 20,
    [property: Range(0, int.MaxValue), FromQuery(Name = "offset"), Description("Items to leave out first.")] int Offset = 0);

internal static class PageQueryExtensions
{
    public const string TotalCount = "X-Total-Count";

    /// <summary>Reads one page, newest first, and sets the header with the number of all.</summary>
    public static async Task<Page<TView>> ToPageAsync<TRow, TView>(
        this IQueryable<TRow> rows, PageQuery page, Func<TRow, TView> view, HttpContext context, CancellationToken ct)
        where TRow : RegistryRow
    {
        context.Response.Headers[TotalCount] = (await rows.CountAsync(ct)).ToString();
        var items = await rows.AsNoTracking().OrderByDescending(row => row.Id).Skip(page.Offset).Take(page.Limit).ToListAsync(ct);
        return new Page<TView> { Items = [.. items.Select(view)], Limit = page.Limit, Offset = page.Offset, Count = items.Count };
    }
}
