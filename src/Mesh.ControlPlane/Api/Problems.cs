using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Mesh.Model.Validation;

namespace Mesh.ControlPlane.Api;

/// <summary>Errors of the API: RFC 9457, with everything that is wrong at once.</summary>
internal static class Problems
{
    private const string ContentType = "application/problem+json";

    /// <summary>An error with one cause.</summary>
    public static IResult Of(int status, string title, string detail) => Of(status, title, detail, []);

    /// <summary>An error with all that is wrong with what the user sent.</summary>
    public static IResult Of(int status, string title, string detail, ImmutableArray<ProblemViolation> violations) => Results.Json(
        new Problem("about:blank", title, status, detail, violations.IsEmpty ? null : violations),
        contentType: ContentType,
        statusCode: status);

    /// <summary>Nothing of that name.</summary>
    public static IResult NotFound(string what) => Of(StatusCodes.Status404NotFound, "Not found", $"There is no {what}.");

    /// <summary>One thing that is wrong.</summary>
    /// <param name="Document">Which document, by kind and name or by number.</param>
    /// <param name="Path">Where in it.</param>
    /// <param name="Message">What, and the cure.</param>
    /// <param name="Line">Line in the text that was sent, from 1.</param>
    internal sealed record ProblemViolation(string? Document, string Path, string Message, int? Line)
    {
        /// <summary>As the model reports it.</summary>
        public static ProblemViolation Of(Violation violation, string? document = null) => new(document, violation.Path.ToString(), violation.Message, violation.Line);
    }

    private sealed record Problem(
        string Type,
        string Title,
        int Status,
        string Detail,
        [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] ImmutableArray<ProblemViolation>? Violations);
}
