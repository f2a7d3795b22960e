namespace Shop.Storefront.Demo;

/// <summary>One try to reach payments, and what came of it.</summary>
/// <param name="How">What was tried.</param>
/// <param name="Url">Where.</param>
/// <param name="Outcome">One of <c>reached</c>, <c>refused</c>, <c>elsewhere</c> (somebody else answered), <c>unanswered</c>.</param>
/// <param name="Status">HTTP status; <see langword="null"/>: no answer.</param>
/// <param name="MeshError">The answer's <c>mesh-error</c> header.</param>
/// <param name="Text">The answer's text, or why there is none.</param>
internal sealed record Attempt(string How, string Url, string Outcome, int? Status, string? MeshError, string Text);
