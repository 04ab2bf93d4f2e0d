"""Face graphs as pictures, and as files for other programs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from graphforensics._lazy import lazy_names

if TYPE_CHECKING:
    from graphforensics.inference.person_graph import PersonGraph, person_graph
    from graphforensics.visualization.draw_class_attention import draw_class_attention
    from graphforensics.visualization.draw_explanation import draw_explanation
    from graphforensics.visualization.draw_face_graph import draw_face_graph
    from graphforensics.visualization.draw_heat import draw_heat
    from graphforensics.visualization.draw_over_time import draw_over_time
    from graphforensics.visualization.draw_patches import draw_patches
    from graphforensics.visualization.draw_regions import draw_regions
    from graphforensics.visualization.draw_relation_matrix import draw_relation_matrix
    from graphforensics.visualization.draw_scores import draw_scores
    from graphforensics.visualization.draw_verdict import draw_verdict
    from graphforensics.visualization.heat_tiles import heat_tiles
    from graphforensics.visualization.mean_graph import mean_graph
    from graphforensics.visualization.networkx_graph import networkx_graph
    from graphforensics.visualization.region_outline import region_outline
    from graphforensics.visualization.save_figure import save_figure
    from graphforensics.visualization.spread_nodes import spread_nodes
    from graphforensics.visualization.write_graph import write_graph

__all__ = [
    "PersonGraph",
    "draw_class_attention",
    "draw_explanation",
    "draw_face_graph",
    "draw_heat",
    "draw_over_time",
    "draw_patches",
    "draw_regions",
    "draw_relation_matrix",
    "draw_scores",
    "draw_verdict",
    "heat_tiles",
    "mean_graph",
    "networkx_graph",
    "person_graph",
    "region_outline",
    "save_figure",
    "spread_nodes",
    "write_graph",
]

__getattr__, __dir__ = lazy_names(
    __name__,
    {
        "draw_class_attention": "draw_class_attention",
        "draw_explanation": "draw_explanation",
        "draw_face_graph": "draw_face_graph",
        "draw_heat": "draw_heat",
        "draw_over_time": "draw_over_time",
        "draw_patches": "draw_patches",
        "draw_regions": "draw_regions",
        "draw_relation_matrix": "draw_relation_matrix",
        "draw_scores": "draw_scores",
        "draw_verdict": "draw_verdict",
        "heat_tiles": "heat_tiles",
        "mean_graph": "mean_graph",
        "networkx_graph": "networkx_graph",
        "graphforensics.inference.person_graph": "PersonGraph person_graph",
        "region_outline": "region_outline",
        "save_figure": "save_figure",
        "spread_nodes": "spread_nodes",
        "write_graph": "write_graph",
    },
)
