"""From a video or an image to the faces in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from graphforensics._lazy import lazy_names

if TYPE_CHECKING:
    from graphforensics.media.decode import probe, read_frames
    from graphforensics.media.frame import Frame
    from graphforensics.media.media_info import MediaInfo
    from graphforensics.media.png import decode_png, encode_png
    from graphforensics.media.selection import (
        EvenFrames,
        EveryFrame,
        FrameSelection,
        Snippets,
        parse_selection,
    )
    from graphforensics.preprocess.crop.sharpness import sharpness
    from graphforensics.preprocess.detect.detection import Detection
    from graphforensics.preprocess.detect.dlib_cnn_detector import DlibCnnDetector
    from graphforensics.preprocess.detect.dlib_hog_detector import DlibHogDetector
    from graphforensics.preprocess.detect.face_detector import FaceDetector
    from graphforensics.preprocess.detect.face_recognizer import FaceRecognizer
    from graphforensics.preprocess.detect.landmarks import LandmarkPredictor, landmark_box
    from graphforensics.preprocess.pipeline.extract import extract
    from graphforensics.preprocess.pipeline.extract_tracks import extract_tracks
    from graphforensics.preprocess.pipeline.extraction_summary import ExtractionSummary
    from graphforensics.store.extraction_options import ExtractionOptions
    from graphforensics.store.extraction_report import ExtractionReport
    from graphforensics.store.track_frame import TrackFrame

__all__ = [
    "Detection",
    "DlibCnnDetector",
    "DlibHogDetector",
    "EvenFrames",
    "EveryFrame",
    "ExtractionOptions",
    "ExtractionReport",
    "ExtractionSummary",
    "FaceDetector",
    "FaceRecognizer",
    "Frame",
    "FrameSelection",
    "LandmarkPredictor",
    "MediaInfo",
    "Snippets",
    "TrackFrame",
    "decode_png",
    "encode_png",
    "extract",
    "extract_tracks",
    "landmark_box",
    "parse_selection",
    "probe",
    "read_frames",
    "sharpness",
]

__getattr__, __dir__ = lazy_names(
    __name__,
    {
        "graphforensics.media.decode": "probe read_frames",
        "detect.detection": "Detection",
        "detect.dlib_cnn_detector": "DlibCnnDetector",
        "detect.dlib_hog_detector": "DlibHogDetector",
        "pipeline.extract_tracks": "extract_tracks",
        "graphforensics.store.extraction_options": "ExtractionOptions",
        "graphforensics.store.extraction_report": "ExtractionReport",
        "pipeline.extraction_summary": "ExtractionSummary",
        "detect.face_detector": "FaceDetector",
        "detect.face_recognizer": "FaceRecognizer",
        "graphforensics.media.frame": "Frame",
        "detect.landmarks": "LandmarkPredictor landmark_box",
        "graphforensics.media.media_info": "MediaInfo",
        "pipeline.extract": "extract",
        "graphforensics.media.png": "decode_png encode_png",
        "graphforensics.media.selection": (
            "EvenFrames EveryFrame FrameSelection Snippets parse_selection"
        ),
        "crop.sharpness": "sharpness",
        "graphforensics.store.track_frame": "TrackFrame",
    },
)
