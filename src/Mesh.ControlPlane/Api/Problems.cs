using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Mesh.ControlPlane.Store;

namespace Mesh.ControlPlane.Api;

/// <summary>Errors of the API: RFC 9457, with everything that is wrong at once.</summary>
internal static class Problems
{
    private const string ContentType = "application/problem+json";

    /// <summary>An error with one cause.</summary>
    public static IResult Of(int status, string title, string detail) => Of(status, title, detail, []);

    /// <summary>An error with all that is wrong with what the user sent.</summary>
    public static IResult Of(int status, string title, string detail, ImmutableArray<DocumentViolation> violations) => Results.Json(
        new Problem("about:blank", title, status, detail, violations.IsEmpty ? null : violations),
        contentType: ContentType,
        statusCode: status);

    /// <summary>Nothing of that name.</summary>
    public static IResult NotFound(string what) => Of(StatusCodes.Status404NotFound, "Not found", $"There is no {what}.");

    private sealed record Problem(
        string Type,
        string Title,
        int Status,
        string Detail,
        [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] ImmutableArray<DocumentViolation>? Violations);
}
