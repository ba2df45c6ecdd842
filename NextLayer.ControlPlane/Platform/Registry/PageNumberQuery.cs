using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Mvc;
using NextLayer.ControlPlane.Platform.Validation;

namespace NextLayer.ControlPlane.Platform.Registry;

/// <summary>Which page of a list is asked for, as the Workflow API counts them.</summary>
[QueryParameters]
internal sealed record PageNumberQuery(
    [property: Range(1, 1_000_000), FromQuery(Name = "page"), Description("1 for the first.")] int Page = 1,
    [property: Range(1, 100), FromQuery(Name = "per_page"), Description("Items on a page, 1 to 100.")] int PerPage = 20)
{
    /// <summary>Items on the pages before.</summary>
    public int Offset => (Page - 1) * PerPage;
}
